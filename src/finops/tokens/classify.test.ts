import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from './catalogue.ts';
import { classifyTokenMeter, type MeterText } from './classify.ts';

const catalogue = await loadCatalogue();

const nothing: MeterText = {
  provider: null,
  service: null,
  product: null,
  meter: null,
  description: null,
  pricingUnit: null,
  unitDescription: null,
  blockSize: null,
  skuPriceDetails: null,
};
const bedrock = (meter: string, change: Partial<MeterText> = {}): MeterText => ({
  ...nothing,
  provider: 'AWS',
  service: 'Amazon Bedrock',
  meter,
  pricingUnit: '1K tokens',
  ...change,
});
const marketplace = (model: string, meter: string, change: Partial<MeterText> = {}): MeterText => ({
  ...nothing,
  provider: 'AWS',
  service: `${model} (Amazon Bedrock Edition)`,
  meter,
  pricingUnit: 'Units',
  ...change,
});
const azure = (meter: string, unitDescription: string, change: Partial<MeterText> = {}): MeterText => ({
  ...nothing,
  provider: 'Microsoft',
  service: 'Azure OpenAI',
  meter,
  pricingUnit: 'Units',
  unitDescription,
  ...change,
});

/** model, catalogue id, direction, tokens per unit, tier, geography; long context only if true. */
function said(text: MeterText): unknown[] {
  const { meter, reason } = classifyTokenMeter(text, catalogue);
  if (meter === null) return [reason];
  const { model, catalogueModel, direction, tokensPerUnit, serviceTier, geography, longContext } = meter;
  const shown = [model, catalogueModel?.model ?? null, direction, tokensPerUnit, serviceTier, geography];
  return longContext ? [...shown, 'long context'] : shown;
}

const K = 1_000;
const M = 1_000_000;
const SONNET_46 = 'Claude Sonnet 4.6';
const sonnet46 = 'regional.anthropic.claude-sonnet-4-6-v1:0';

describe('a Bedrock meter', () => {
  it.each([
    ['USE1-NovaLite-input-tokens', 'NovaLite', 'amazon.nova-lite-v1:0', 'input', 'standard', 'regional'],
    ['USE1-NovaLite-output-tokens-batch', 'NovaLite', 'amazon.nova-lite-v1:0', 'output', 'batch', 'regional'],
    ['USE1-NovaPro-input-tokens-flex', 'NovaPro', 'amazon.nova-pro-v1:0', 'input', 'flex', 'regional'],
    ['USE1-NovaPro-output-tokens-priority', 'NovaPro', 'amazon.nova-pro-v1:0', 'output', 'priority', 'regional'],
    [
      'USE1-NovaPro-output-tokens-latency-optimized',
      'NovaPro',
      'amazon.nova-pro-v1:0',
      'output',
      'latencyOptimized',
      'regional',
    ],
    ['USE1-NovaLite-input-tokens-custom-model', 'NovaLite', 'amazon.nova-lite-v1:0', 'input', 'custom', 'regional'],
    [
      'USE1-Nova2.0Lite-cache-read-input-token-count',
      'Nova2.0Lite',
      'regional.amazon.nova-2-lite-v1:0',
      'cacheRead',
      'standard',
      'regional',
    ],
    [
      'USE1-Nova2.0Lite-cache-write-input-token-count-cross-region-global',
      'Nova2.0Lite',
      'global.amazon.nova-2-lite-v1:0',
      'cacheWrite',
      'standard',
      'global',
    ],
    [
      'USE1-Claude4Sonnet-input-tokens-cross-region-global',
      'Claude4Sonnet',
      'global.anthropic.claude-sonnet-4-20250514-v1:0',
      'input',
      'standard',
      'global',
    ],
    [
      'USW2-Claude4.5Sonnet-cache-write-input-token-count',
      'Claude4.5Sonnet',
      'regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'cacheWrite',
      'standard',
      'regional',
    ],
    [
      'USW2-Claude4.6Sonnet-cache-read-input-token-count',
      'Claude4.6Sonnet',
      sonnet46,
      'cacheRead',
      'standard',
      'regional',
    ],
    [
      'APN1-Claude3Sonnet-output-tokens',
      'Claude3Sonnet',
      'regional.anthropic.claude-3-sonnet-20240229-v1:0',
      'output',
      'standard',
      'regional',
    ],
    [
      'USE1-Llama3-3-70B-input-tokens',
      'Llama3-3-70B',
      'meta.llama3-3-70b-instruct-v1:0',
      'input',
      'standard',
      'regional',
    ],
    ['USE2-TitanEmbeddingV2-Text-input-tokens', 'TitanEmbeddingV2-Text', null, 'input', 'standard', 'regional'],
    [
      'USE1-nvidia.nemotron-super-3-120b-mantle-output-tokens-flex',
      'nvidia.nemotron-super-3-120b',
      'nvidia.nemotron-super-3-120b:0',
      'output',
      'flex',
      'regional',
    ],
    [
      'EU-qwen.qwen3-coder-480b-a35b-instruct-mantle-input-tokens-flex',
      'qwen.qwen3-coder-480b-a35b-instruct',
      'qwen.qwen3-coder-480b-a35b-v1:0',
      'input',
      'flex',
      'regional',
    ],
  ])('%s is read', (meter, model, catalogueModel, direction, tier, geography) => {
    expect(said(bedrock(meter))).toEqual([model, catalogueModel, direction, K, tier, geography]);
  });

  it.each([
    ['USE1-MP:USE1_InputTokenCount-Units', 'input', 'regional', sonnet46],
    ['USE1-MP:USE1_InputTokenCount_Global-Units', 'input', 'global', 'global.anthropic.claude-sonnet-4-6-v1:0'],
    ['USE1_input_tokens_standard-Units', 'input', 'regional', sonnet46],
    ['USE1_input_tokens_global_standard-Units', 'input', 'global', 'global.anthropic.claude-sonnet-4-6-v1:0'],
    ['USW2-MP:USW2_OutputTokenCount-Units', 'output', 'regional', sonnet46],
    ['USE1-MP:USE1_ResponseTokenCount-Units', 'output', 'regional', sonnet46],
    [
      'USE1-MP:USE1_CacheReadInputTokenCount_Global-Units',
      'cacheRead',
      'global',
      'global.anthropic.claude-sonnet-4-6-v1:0',
    ],
    ['USE1-MP:USE1_CacheWriteInputTokenCount-Units', 'cacheWrite', 'regional', sonnet46],
    ['USE1-MP:USE1_CacheWrite1hInputTokenCount-Units', 'cacheWrite1h', 'regional', sonnet46],
    ['USE1-MP:USE1_cache_write_1h_tokens_standard-Units', 'cacheWrite1h', 'regional', sonnet46],
  ])(
    '%s of the Marketplace is in millions, its model in the product',
    (meter, direction, geography, catalogueModel) => {
      expect(said(marketplace(SONNET_46, meter))).toEqual([
        SONNET_46,
        catalogueModel,
        direction,
        M,
        'standard',
        geography,
      ]);
    },
  );

  it('of a large request says so', () => {
    expect(said(marketplace(SONNET_46, 'APN2-MP:APN2_InputTokenCount_LCtx_Global-Units'))).toEqual([
      SONNET_46,
      'global.anthropic.claude-sonnet-4-6-v1:0',
      'input',
      M,
      'standard',
      'global',
      'long context',
    ]);
  });

  it('falls not into the trap of units: the unit column, then the description, decide', () => {
    const meter = 'USE1-MP:USE1_InputTokenCount-Units';
    const units = (change: Partial<MeterText>) => said(marketplace(SONNET_46, meter, change))[3];
    expect(units({ pricingUnit: '1K tokens' })).toBe(K);
    expect(units({ pricingUnit: '1M tokens' })).toBe(M);
    expect(units({ pricingUnit: 'Million Input Tokens' })).toBe(M);
    expect(units({ description: 'AWS Marketplace software usage|us-east-1|Million Input Tokens' })).toBe(M);
    expect(units({ description: 'AWS Marketplace software usage|us-east-1|Thousand Input Tokens' })).toBe(K);
    expect(units({ pricingUnit: 'Tokens' })).toBe(1);
    expect(units({ pricingUnit: '1000 Tokens' })).toBe(K);
  });

  it('finds Claude with the number before or after the name', () => {
    const id = (model: string) => said(marketplace(model, 'USE1_InputTokenCount-Units'))[1];
    expect(id('Claude 3.5 Haiku')).toBe('regional.anthropic.claude-3-5-haiku-20241022-v1:0');
    expect(id('Claude Haiku 4.5')).toBe('regional.anthropic.claude-haiku-4-5-20251001-v1:0');
    expect(id('Claude Opus 5')).toBe('regional.anthropic.claude-opus-5');
    expect(id('Claude Opus 5.5')).toBe('regional.anthropic.claude-opus-5-5');
    expect(id('Claude Opus 97')).toBeNull();
  });

  it.each([
    [
      bedrock('USE1-NovaPro-ProvisionedThroughput-ModelUnits', { pricingUnit: 'Hours' }),
      'its text does not say whether tokens went in or out',
    ],
    [
      bedrock('USE1-NovaPro-Reserved-input-tokens', { pricingUnit: '1K TPM-Hours' }),
      'its unit is "1K TPM-Hours", which is no number of tokens',
    ],
    [bedrock('USE1-NovaPro-Customization-Training'), 'it is about "customization", not tokens of text'],
    [bedrock('USE1-NovaSonic-speech-input-tokens'), 'it is about "sonic", not tokens of text'],
    [
      bedrock('USE1-Guardrail-ContentPolicyUnitsConsumed', { pricingUnit: 'Units' }),
      'its text does not say whether tokens went in or out',
    ],
    [bedrock('USE1_InputTokenCount-Units', { pricingUnit: 'Units' }), 'its text names no model'],
  ])('is left alone with a reason when it is no tokens of a model (%#)', (text, reason) => {
    expect(said(text)).toEqual([reason]);
  });
});

describe('an Azure meter', () => {
  it.each([
    ['gpt-4o-0806-Inp-glbl Tokens', '1K', 'gpt-4o-0806', 'gpt-4o', 'input', 'standard', 'global'],
    ['gpt-4o-0513-Outp-regnl Tokens', '1K', 'gpt-4o-0513', 'gpt-4o-2024-05-13', 'output', 'standard', 'regional'],
    ['gpt-4o-mini-0718-Batch-Inp-glbl Tokens', '1K', 'gpt-4o-mini-0718', 'gpt-4o-mini', 'input', 'batch', 'global'],
    ['o4-mini 0416 Inp glbl Tokens', '1K', 'o4-mini 0416', 'o4-mini', 'input', 'standard', 'global'],
    ['gpt 4.1 cached Inp glbl Tokens', '1K', 'gpt 4.1', 'gpt-4.1', 'cacheRead', 'standard', 'global'],
    ['gpt 4.1 Inp Data Zone Tokens', '1K', 'gpt 4.1', 'gpt-4.1', 'input', 'standard', 'dataZone'],
    ['5.4 inp Gl 1M Tokens', '1M', '5.4', 'gpt-5.4', 'input', 'standard', 'global'],
    ['5.4 mini Opt Gl 1M Tokens', '1M', '5.4 mini', 'gpt-5.4-mini', 'output', 'standard', 'global'],
    ['5.4 pp cd inp DZ 1M Tokens', '1M', '5.4', 'gpt-5.4', 'cacheRead', 'priority', 'dataZone'],
    ['5.6 sol ShortCo Cd Wr Std Gl 1M Tokens', '1M', '5.6 sol', 'gpt-5.6-sol', 'cacheWrite', 'standard', 'global'],
    ['GPT 5.1 inp Rg 1M Tokens', '1M', 'GPT 5.1', 'gpt-5.1', 'input', 'standard', 'regional'],
    ['gpt 5 pro out glbl Tokens', '1K', 'gpt 5 pro', 'gpt-5-pro', 'output', 'standard', 'global'],
    ['gpt-5-codex-ccchd-inp-glbl Tokens', '1K', 'gpt-5-codex', 'gpt-5', 'cacheRead', 'standard', 'global'],
    ['codex mini inp cchd glbl Tokens', '1K', 'codex mini', 'codex-mini', 'cacheRead', 'standard', 'global'],
    [
      'o3-deep research 0626-inp-glbl 1M Tokens',
      '1M',
      'o3-deep research 0626',
      'o3-deep-research',
      'input',
      'standard',
      'global',
    ],
    [
      'text-embedding-3-large-regional Tokens',
      '1K',
      'text-embedding-3-large',
      'text-embedding-3-large',
      'input',
      'standard',
      'regional',
    ],
    ['embedding-ada-glbl Tokens', '1K', 'embedding-ada', 'ada', 'input', 'standard', 'global'],
    [
      'Phi-3.5-Mini-128K-Instruct-Output Tokens',
      '1K',
      'Phi-3.5-Mini-128K-Instruct',
      'phi-3.5-mini-128k-instruct',
      'output',
      'standard',
      null,
    ],
    ['FW GLM 5.2 Inp DZ Tokens', '1K', 'FW GLM 5.2', null, 'input', 'standard', 'dataZone'],
    ['V3.1 Inp DZone Tokens', '1K', 'V3.1', null, 'input', 'standard', 'dataZone'],
    ['4.6 Outp DZ L Tokens', '1K', '4.6', null, 'output', 'standard', 'dataZone'],
  ])('%s is read', (meter, unit, model, catalogueModel, direction, tier, geography) => {
    const tokens = unit === '1M' ? M : K;
    expect(said(azure(meter, unit))).toEqual([model, catalogueModel, direction, tokens, tier, geography]);
  });

  it('of a large request says so', () => {
    expect(said(azure('5.6 sol LongCo Opt Std DZ 1M Tokens', '1M'))).toEqual([
      '5.6 sol',
      'gpt-5.6-sol',
      'output',
      M,
      'standard',
      'dataZone',
      'long context',
    ]);
  });

  it('of one family in thousands and in millions is told apart by its unit, its block or its name', () => {
    const tokens = (meter: string, change: Partial<MeterText>) => said(azure(meter, '', change))[3];
    expect(tokens('gpt-5-codex-inp-glbl Tokens', { unitDescription: '1K' })).toBe(K);
    expect(tokens('5.4 inp Gl 1M Tokens', { unitDescription: '1M' })).toBe(M);
    expect(tokens('gpt-5-codex-inp-glbl Tokens', { unitDescription: null, blockSize: '1000' })).toBe(K);
    expect(tokens('5.4 inp Gl 1M Tokens', { unitDescription: null })).toBe(M);
    expect(tokens('5.4 inp Gl 1M Tokens', { pricingUnit: '1M Tokens' })).toBe(M);
  });

  it.each([
    [
      azure('gpt-4o-0806-Inp-glbl Tokens', '', { unitDescription: null }),
      'its unit is "Units", and neither the meter nor the description says how many tokens that is',
    ],
    [azure('Provisioned Managed Global Unit', '1/Hour'), 'its text does not say whether tokens went in or out'],
    [azure('gpt-4o-rt-aud-Inp-glbl Tokens', '1K'), 'it is about "aud", not tokens of text'],
    [azure('Image-DALL-E-2-glbl Images', '100'), 'it is about "image", not tokens of text'],
    [azure('Assistants-File Search-glbl GB', '1 GB'), 'its text does not say whether tokens went in or out'],
  ])('is left alone with a reason when it is no tokens of a model (%#)', (text, reason) => {
    expect(said(text)).toEqual([reason]);
  });
});

describe('a FOCUS row with SkuPriceDetails', () => {
  const focus = (details: object, change: Partial<MeterText> = {}): MeterText => ({
    ...nothing,
    provider: 'Anthropic',
    service: 'Claude API',
    meter: 'Output Tokens',
    pricingUnit: '1000000 Tokens',
    skuPriceDetails: JSON.stringify(details),
    ...change,
  });

  it('takes the model from its own columns', () => {
    expect(said(focus({ ModelId: 'claude-sonnet-4-5-20250929' }))).toEqual([
      'claude-sonnet-4-5-20250929',
      'claude-sonnet-4-5',
      'output',
      M,
      'standard',
      null,
    ]);
    expect(said(focus({ ModelFamily: 'gpt-4o' }, { provider: 'OpenAI', meter: 'Cached input' }))).toEqual([
      'gpt-4o',
      'gpt-4o',
      'cacheRead',
      M,
      'standard',
      null,
    ]);
  });

  it('keeps a model that the catalogue does not know', () => {
    expect(said(focus({ ModelFamily: 'House', ModelVersion: '7' }))).toEqual([
      'House 7',
      null,
      'output',
      M,
      'standard',
      null,
    ]);
  });
});

describe('any text at all', () => {
  it('is classified or left alone with a reason, and never counts in a unit that is none', () => {
    const word = fc.constantFrom(
      'Input',
      'output',
      '-',
      '_',
      ' ',
      'Tokens',
      '1K',
      '1M',
      'cached',
      'Units',
      'gpt-4o',
      '(Amazon Bedrock Edition)',
      '|',
      '0',
      '0 Tokens',
      '99999999999999999999 Tokens',
      '*',
      '\\',
    );
    const text = fc.option(
      fc.oneof(
        fc.string(),
        fc.array(word, { maxLength: 8 }).map((words) => words.join('')),
      ),
    );
    const meter = fc.record({
      ...Object.fromEntries(Object.keys(nothing).map((name) => [name, text])),
    }) as fc.Arbitrary<MeterText>;
    fc.assert(
      fc.property(meter, (anything) => {
        const found = classifyTokenMeter(anything, catalogue);
        if (found.meter === null) expect(found.reason).not.toBe('');
        else {
          expect(found.meter.model).not.toBe('');
          expect(Number.isSafeInteger(found.meter.tokensPerUnit) && found.meter.tokensPerUnit > 0).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
