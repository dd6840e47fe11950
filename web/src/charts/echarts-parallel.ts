import { ParallelChart } from 'echarts/charts';
import { ParallelComponent } from 'echarts/components';
import { use } from 'echarts/core';

export { initChart } from './echarts.ts';

use([ParallelChart, ParallelComponent]);
