import { describe, expect, it } from 'vitest';
import { toOtlp } from './otlp-json.ts';

describe('a trace as an OTLP export', () => {
  it('has hexadecimal ids, exact nanoseconds, and names as OTLP writes them', () => {
    const answer =
      '{"trace": {"trace_info": {"trace_id": "tr-1"}, "spans": [{"trace_id": "U1SLmhijN/USGu7/+5mdbQ==",' +
      '"span_id": "f8sodh+cCO8=", "name": "a_b", "start_time_unix_nano": 1795561177905818899,' +
      '"attributes": [{"key": "x_y", "value": {"string_value": "c_d", "int_value": 3}}]}]}}';
    expect(JSON.parse(toOtlp(answer))).toEqual({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '53548b9a18a337f5121aeefffb999d6d',
                  spanId: '7fcb28761f9c08ef',
                  name: 'a_b',
                  startTimeUnixNano: '1795561177905818899',
                  attributes: [{ key: 'x_y', value: { stringValue: 'c_d', intValue: 3 } }],
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
