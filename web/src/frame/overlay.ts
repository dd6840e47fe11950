/** The overlay that is open over the page. */
export type Overlay = 'palette' | 'shortcuts' | null;
