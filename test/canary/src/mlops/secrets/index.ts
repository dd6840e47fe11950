export const secret = 'what the other wing may not read';
