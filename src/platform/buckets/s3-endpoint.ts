/** Whether an endpoint is AWS's own (a region, a VPC endpoint), where other services have other addresses. */
export function isAmazon(endpoint: string): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}
