/** The direction of imports: main -> app -> tradeoff -> finops, mlops -> org -> platform. test/canary proves that it is seen. */
const source = process.env.CRUISE_CANARY ? '^test/canary/src/' : '^src/';
const under = (folder) => `${source}${folder}`;
/** Builders of test applications: they start the whole server. */
const testing = '/testing/|\\.testing\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'wings-apart',
      comment: 'Facts travel between the wings as events, or through an interface that main supplies.',
      severity: 'error',
      from: { path: `${source}(finops|mlops)/`, pathNot: testing },
      to: { path: under('(finops|mlops|tradeoff)/'), pathNot: `${source}$1/` },
    },
    {
      name: 'front-door',
      comment: 'Another folder is entered by its index.ts or schema.ts only.',
      severity: 'error',
      from: { path: `${source}(finops|mlops|tradeoff)/([^/]+)/`, pathNot: testing },
      to: {
        path: under('(finops|mlops|tradeoff)/'),
        pathNot: [`${source}$1/$2/`, `${source}[^/]+/[^/]+/(index|schema)\\.ts$`],
      },
    },
    {
      name: 'platform-is-bottom',
      severity: 'error',
      from: { path: under('platform/') },
      to: { path: source, pathNot: under('platform/') },
    },
    {
      name: 'org-above-platform-only',
      severity: 'error',
      from: { path: under('org/') },
      to: { path: source, pathNot: under('(org|platform)/') },
    },
    {
      name: 'wiring-is-top',
      comment: 'main and app wire the parts; cli/server.ts, tests and the demo start them.',
      severity: 'error',
      from: { path: under('(platform|org|finops|mlops|tradeoff)/'), pathNot: testing },
      to: { path: under('(main\\.ts$|app/|testing/)') },
    },
    {
      name: 'contract-only',
      comment:
        'web and cli speak the HTTP contract; cli/server.ts alone starts a server in-process, cli/local-work.ts loads work that needs no server, cli/settings.ts reads settings, cli/metered starts a command.',
      severity: 'error',
      from: {
        path: '^(web|cli)/',
        pathNot: ['^cli/(server|settings|local-work)\\.ts$', '\\.test\\.tsx?$', '^cli/testing\\.ts$'],
      },
      to: {
        path: '^src/',
        pathNot: [
          '/schema\\.ts$',
          '^src/(app/version|platform/errors/table)\\.ts$',
          '^src/platform/store/folder-lock\\.ts$',
          '^src/platform/(processes|archives|csv|gpus)/index\\.ts$',
          '^src/platform/(archives/gzip|units/(durations|date-range))\\.ts$',
        ],
      },
    },
    {
      name: 'schema-is-browser-safe',
      severity: 'error',
      from: { path: '/schema\\.ts$' },
      to: { path: source, pathNot: ['/schema\\.ts$', under('platform/errors/table\\.ts$')] },
    },
    { name: 'no-circular', comment: 'Types included.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: source, pathNot: ['schema\\.ts$', '-worker\\.ts$', testing] },
      to: {},
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^(src|cli)/', pathNot: `\\.test\\.ts$|testing\\.ts$|${testing}` },
      // onnxruntime-node is an optional peer, and a development dependency for the tests.
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/(@types|onnxruntime-node|onnxruntime-common)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.tsx?$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
