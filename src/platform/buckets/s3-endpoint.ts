/** Whether an endpoint belongs to AWS (a region, a VPC endpoint); other AWS services then have other endpoints. */
export function isAmazon(endpoint: string): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}
