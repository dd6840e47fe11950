import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Application } from '../../src/main.ts';
import { testApplication } from '../../src/testing/application.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';

const deploy = join(import.meta.dirname, '../../deploy');
const RULES = join(deploy, 'prometheus/rules.yaml');
const JOB = 'steelyard';

const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Dashboard = z.object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) });
const Evaluated = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string() })) }),
    ),
  }),
});
const Answer = z.object({
  status: z.string(),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

const rules = Rules.parse(parse(readFileSync(RULES, 'utf8'))).groups.flatMap((group) => group.rules);
const dashboard = Dashboard.parse(JSON.parse(readFileSync(join(deploy, 'grafana/dashboard.json'), 'utf8')))
  .panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  .map((expr) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', JOB));
const expressions = [...rules.map(({ expr }) => expr), ...dashboard];

describe.skipIf(!findPrometheus() && process.env.CI === undefined)(
  'deploy/prometheus and deploy/grafana (skipped where prometheus is missing)',
  () => {
    let application: Application;
    let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
    beforeAll(async () => {
      application = await testApplication();
      const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
      const job = { name: JOB, target: new URL(url).host, honorLabels: false, labels: {} };
      prometheus = await startPrometheus([job], { ruleFiles: [RULES] });
    });
    afterAll(async () => {
      await prometheus?.[Symbol.asyncDispose]();
      await application?.[Symbol.asyncDispose]();
    });

    async function query(expr: string): Promise<string[]> {
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
      return Answer.parse(await answer.json()).data.result.map(({ value: [, value] }) => value);
    }

    it('alert as their own tests say', () => {
      execFileSync('promtool', ['check', 'rules', RULES], { stdio: 'pipe' });
      execFileSync('promtool', ['test', 'rules', join(deploy, 'prometheus/rules.test.yaml')], { stdio: 'pipe' });
    });

    it('name only metrics and routes that the server has', async () => {
      const { body } = await application.http.inject({ url: '/metrics', headers: { host: 'localhost' } });
      const names = [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      );
      const used = expressions.flatMap((expr) => expr.match(/\b(steelyard|process|nodejs)_\w+/g) ?? []);
      expect(used.length).toBeGreaterThan(40);
      expect([...new Set(used)].filter((name) => !names.includes(name))).toEqual([]);
      const routes = expressions.flatMap((expr) => [...expr.matchAll(/route!?="([^"]+)"/g)].map(([, url = '']) => url));
      for (const url of [...routes, '/api/v1/budget-reservations'])
        expect(application.http.hasRoute({ method: 'POST', url }), url).toBe(true);
    });

    it('are evaluated by Prometheus without an error, and a healthy server alerts on nothing', async () => {
      await expect.poll(() => query(`up{job="${JOB}"}`)).toEqual(['1']);
      for (const expr of dashboard) await query(expr);
      expect(await query(`steelyard_data_disk_bytes{job="${JOB}",kind="free"} > 0`)).toHaveLength(1);
      const evaluated = async () => {
        const answer = await fetch(`${prometheus.url}/api/v1/rules`);
        return Evaluated.parse(await answer.json()).data.groups.flatMap((group) => group.rules);
      };
      await expect.poll(async () => (await evaluated()).map(({ health }) => health)).toEqual(rules.map(() => 'ok'));
      const firing = (await evaluated()).filter(
        ({ state, name }) => state === 'firing' && !name.startsWith('SteelyardDisk'),
      );
      expect(firing).toEqual([]);
    });

    it('are explained by the runbook', () => {
      const runbook = readFileSync(join(deploy, '../docs/runbook.md'), 'utf8');
      expect(rules.map(({ alert }) => alert).filter((alert) => !runbook.includes(alert))).toEqual([]);
    });
  },
);
