import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { AllocationSearch } from './allocation/allocation-search.ts';
import { AnomaliesSearch, AnomalySearch } from './anomalies/anomalies-search.ts';
import { BudgetSearch, BudgetsSearch } from './budgets/budgets-search.ts';
import { CostsSearch } from './costs/costs-search.ts';
import { DecisionsSearch } from './decisions/decisions-search.ts';
import { CompareSearch, DeliveriesSearch, DeliverySearch } from './deliveries/deliveries-search.ts';
import { EndpointSearch } from './endpoints/endpoints-search.ts';
import { ExperimentsSearch, RunsSearch } from './experiments/experiments-search.ts';
import { ForecastsSearch } from './forecasts/forecasts-search.ts';
import { parseSearch, stringifySearch } from './frame/search-text.ts';
import { GpusSearch } from './gpus/gpus-search.ts';
import { LineageSearch } from './lineage/lineage-search.ts';
import { ModelSearch, VersionSearch } from './models/model-search.ts';
import { MonitorSearch } from './monitoring/monitoring-search.ts';
import { OptimizationsSearch } from './optimizations/optimizations-search.ts';
import { PipelineRunSearch } from './pipelines/pipelines-search.ts';
import { RecommendationsSearch } from './recommendations/recommendations-search.ts';
import { ReportsSearch } from './reports/reports-search.ts';
import { RetrainingSearch } from './retraining/retraining-search.ts';
import { ModelReturnSearch, ReturnsSearch } from './returns/returns-search.ts';
import { root } from './root-route.ts';
import { RunSearch, RunsCompareSearch } from './runs/runs-search.ts';
import { settingsRoutes } from './settings/settings-routes.ts';
import { StatementsSearch } from './statements/statements-search.ts';
import { TradeOffsSearch } from './tradeoffs/tradeoffs-search.ts';

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./first-use/HomePage.tsx'), 'HomePage'),
});

const firstUse = createRoute({
  getParentRoute: () => root,
  path: '/first-use',
  component: lazyRouteComponent(() => import('./first-use/FirstUsePage.tsx'), 'FirstUsePage'),
});

const costs = createRoute({
  getParentRoute: () => root,
  path: '/costs',
  validateSearch: CostsSearch,
  component: lazyRouteComponent(() => import('./costs/CostsPage.tsx'), 'CostsPage'),
});

const allocation = createRoute({
  getParentRoute: () => root,
  path: '/allocation',
  validateSearch: AllocationSearch,
  component: lazyRouteComponent(() => import('./allocation/AllocationPage.tsx'), 'AllocationPage'),
});

const anomalies = createRoute({
  getParentRoute: () => root,
  path: '/anomalies',
  validateSearch: AnomaliesSearch,
  component: lazyRouteComponent(() => import('./anomalies/AnomaliesPage.tsx'), 'AnomaliesPage'),
});

const anomaly = createRoute({
  getParentRoute: () => root,
  path: '/anomalies/$anomaly',
  validateSearch: AnomalySearch,
  component: lazyRouteComponent(() => import('./anomalies/AnomalyPage.tsx'), 'AnomalyPage'),
});

const deliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries',
  validateSearch: DeliveriesSearch,
  component: lazyRouteComponent(() => import('./deliveries/DeliveriesPage.tsx'), 'DeliveriesPage'),
});

const delivery = createRoute({
  getParentRoute: () => root,
  path: '/deliveries/$delivery',
  validateSearch: DeliverySearch,
  component: lazyRouteComponent(() => import('./deliveries/DeliveryPage.tsx'), 'DeliveryPage'),
});

const uploadBill = createRoute({
  getParentRoute: () => root,
  path: '/deliveries/upload',
  component: lazyRouteComponent(() => import('./bill-upload/UploadPage.tsx'), 'UploadPage'),
});

const compareDeliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries/compare',
  validateSearch: CompareSearch,
  component: lazyRouteComponent(() => import('./deliveries/ComparePage.tsx'), 'ComparePage'),
});

const statements = createRoute({
  getParentRoute: () => root,
  path: '/statements',
  validateSearch: StatementsSearch,
  component: lazyRouteComponent(() => import('./statements/StatementsPage.tsx'), 'StatementsPage'),
});

const budgets = createRoute({
  getParentRoute: () => root,
  path: '/budgets',
  validateSearch: BudgetsSearch,
  component: lazyRouteComponent(() => import('./budgets/BudgetsPage.tsx'), 'BudgetsPage'),
});

const budget = createRoute({
  getParentRoute: () => root,
  path: '/budgets/$budget',
  validateSearch: BudgetSearch,
  component: lazyRouteComponent(() => import('./budgets/BudgetPage.tsx'), 'BudgetPage'),
});

const recommendations = createRoute({
  getParentRoute: () => root,
  path: '/recommendations',
  validateSearch: RecommendationsSearch,
  component: lazyRouteComponent(() => import('./recommendations/RecommendationsPage.tsx'), 'RecommendationsPage'),
});

const recommendation = createRoute({
  getParentRoute: () => root,
  path: '/recommendations/$recommendation',
  component: lazyRouteComponent(() => import('./recommendations/RecommendationPage.tsx'), 'RecommendationPage'),
});

const forecasts = createRoute({
  getParentRoute: () => root,
  path: '/forecasts',
  validateSearch: ForecastsSearch,
  component: lazyRouteComponent(() => import('./forecasts/ForecastsPage.tsx'), 'ForecastsPage'),
});

const gpus = createRoute({
  getParentRoute: () => root,
  path: '/gpus',
  validateSearch: GpusSearch,
  component: lazyRouteComponent(() => import('./gpus/GpusPage.tsx'), 'GpusPage'),
});

const experiments = createRoute({
  getParentRoute: () => root,
  path: '/experiments',
  validateSearch: ExperimentsSearch,
  component: lazyRouteComponent(() => import('./experiments/ExperimentsPage.tsx'), 'ExperimentsPage'),
});

const experiment = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$experimentId',
  validateSearch: RunsSearch,
  component: lazyRouteComponent(() => import('./experiments/ExperimentPage.tsx'), 'ExperimentPage'),
});

const compareRuns = createRoute({
  getParentRoute: () => root,
  path: '/runs/compare',
  validateSearch: RunsCompareSearch,
  component: lazyRouteComponent(() => import('./runs/RunsComparePage.tsx'), 'RunsComparePage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  validateSearch: RunSearch,
  component: lazyRouteComponent(() => import('./runs/RunPage.tsx'), 'RunPage'),
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  component: lazyRouteComponent(() => import('./models/ModelsPage.tsx'), 'ModelsPage'),
});

const model = createRoute({
  getParentRoute: () => root,
  path: '/models/$model',
  validateSearch: ModelSearch,
  component: lazyRouteComponent(() => import('./models/ModelPage.tsx'), 'ModelPage'),
});

const modelVersion = createRoute({
  getParentRoute: () => root,
  path: '/models/$model/versions/$version',
  validateSearch: VersionSearch,
  component: lazyRouteComponent(() => import('./models/VersionPage.tsx'), 'VersionPage'),
});

const tradeOffs = createRoute({
  getParentRoute: () => root,
  path: '/trade-offs',
  component: lazyRouteComponent(() => import('./tradeoffs/TradeOffsPage.tsx'), 'TradeOffsPage'),
});

const modelTradeOffs = createRoute({
  getParentRoute: () => root,
  path: '/trade-offs/$model',
  validateSearch: TradeOffsSearch,
  component: lazyRouteComponent(() => import('./tradeoffs/ModelTradeOffsPage.tsx'), 'ModelTradeOffsPage'),
});

const returns = createRoute({
  getParentRoute: () => root,
  path: '/returns',
  validateSearch: ReturnsSearch,
  component: lazyRouteComponent(() => import('./returns/ReturnsPage.tsx'), 'ReturnsPage'),
});

const modelReturn = createRoute({
  getParentRoute: () => root,
  path: '/returns/$model',
  validateSearch: ModelReturnSearch,
  component: lazyRouteComponent(() => import('./returns/ModelReturnPage.tsx'), 'ModelReturnPage'),
});

const optimizations = createRoute({
  getParentRoute: () => root,
  path: '/optimizations',
  validateSearch: OptimizationsSearch,
  component: lazyRouteComponent(() => import('./optimizations/OptimizationsPage.tsx'), 'OptimizationsPage'),
});

const optimization = createRoute({
  getParentRoute: () => root,
  path: '/optimizations/$optimization',
  component: lazyRouteComponent(() => import('./optimizations/OptimizationPage.tsx'), 'OptimizationPage'),
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/pipelines',
  component: lazyRouteComponent(() => import('./pipelines/PipelinesPage.tsx'), 'PipelinesPage'),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$pipeline',
  component: lazyRouteComponent(() => import('./pipelines/PipelinePage.tsx'), 'PipelinePage'),
});

const pipelineRun = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$pipeline/runs/$run',
  validateSearch: PipelineRunSearch,
  component: lazyRouteComponent(() => import('./pipelines/PipelineRunPage.tsx'), 'PipelineRunPage'),
});

const endpoints = createRoute({
  getParentRoute: () => root,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./endpoints/EndpointsPage.tsx'), 'EndpointsPage'),
});

const endpoint = createRoute({
  getParentRoute: () => root,
  path: '/endpoints/$endpoint',
  validateSearch: EndpointSearch,
  component: lazyRouteComponent(() => import('./endpoints/EndpointPage.tsx'), 'EndpointPage'),
});

const monitoring = createRoute({
  getParentRoute: () => root,
  path: '/monitoring',
  component: lazyRouteComponent(() => import('./monitoring/MonitoringPage.tsx'), 'MonitoringPage'),
});

const monitor = createRoute({
  getParentRoute: () => root,
  path: '/monitoring/$monitor',
  validateSearch: MonitorSearch,
  component: lazyRouteComponent(() => import('./monitoring/MonitorPage.tsx'), 'MonitorPage'),
});

const retrainings = createRoute({
  getParentRoute: () => root,
  path: '/retraining',
  component: lazyRouteComponent(() => import('./retraining/RetrainingsPage.tsx'), 'RetrainingsPage'),
});

const retraining = createRoute({
  getParentRoute: () => root,
  path: '/retraining/$retraining',
  validateSearch: RetrainingSearch,
  component: lazyRouteComponent(() => import('./retraining/RetrainingPage.tsx'), 'RetrainingPage'),
});

const retrainingRound = createRoute({
  getParentRoute: () => root,
  path: '/retraining/$retraining/rounds/$round',
  component: lazyRouteComponent(() => import('./retraining/RoundPage.tsx'), 'RoundPage'),
});

const lineage = createRoute({
  getParentRoute: () => root,
  path: '/lineage',
  validateSearch: LineageSearch,
  component: lazyRouteComponent(() => import('./lineage/LineagePage.tsx'), 'LineagePage'),
});

const decisions = createRoute({
  getParentRoute: () => root,
  path: '/decisions',
  validateSearch: DecisionsSearch,
  component: lazyRouteComponent(() => import('./decisions/DecisionsPage.tsx'), 'DecisionsPage'),
});

const decision = createRoute({
  getParentRoute: () => root,
  path: '/decisions/$decision',
  component: lazyRouteComponent(() => import('./decisions/DecisionPage.tsx'), 'DecisionPage'),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: ReportsSearch,
  component: lazyRouteComponent(() => import('./reports/ReportsPage.tsx'), 'ReportsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    ...settingsRoutes,
    overview,
    firstUse,
    costs,
    allocation,
    anomalies,
    anomaly,
    deliveries,
    delivery,
    compareDeliveries,
    uploadBill,
    statements,
    budgets,
    budget,
    recommendations,
    recommendation,
    forecasts,
    gpus,
    experiments,
    experiment,
    compareRuns,
    run,
    models,
    model,
    modelVersion,
    tradeOffs,
    modelTradeOffs,
    returns,
    modelReturn,
    optimizations,
    optimization,
    pipelines,
    pipeline,
    pipelineRun,
    endpoints,
    endpoint,
    monitoring,
    monitor,
    retrainings,
    retraining,
    retrainingRound,
    lineage,
    decisions,
    decision,
    reports,
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
