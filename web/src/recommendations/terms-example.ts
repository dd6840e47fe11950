export const TERMS_FILE = 'terms.yaml';
export const TERMS_COMMAND = `steelyard apply -f ${TERMS_FILE}`;
export const TERMS_EXAMPLE = `apiVersion: steelyard/v1
kind: PurchaseTerms
metadata: {name: aws}
spec:
  currency: USD
  commitments:
    - name: g5-1y
      resource: g5.xlarge
      filter: [skuId=SKU]
      committedPerHour: '0.634'
  spot:
    - name: us-east-1
      resource: g5.xlarge
      perHour: '0.42'
      save: 3m
      restart: 6m
      meanHours: 6
  serving:
    - endpoint: ranker
      latency: 250ms
      profile:
        - {type: g6.xlarge, requestsPerSecond: 30, latencyMs: 180}
`;
