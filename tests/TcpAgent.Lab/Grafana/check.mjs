// Checks dashboard files against the types Grafana publishes: the dashboard itself, and each panel's options and field settings.
// Writes TypeScript that must compile; what tsc prints is what is wrong.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const kinds = { timeseries: 'TimeSeries', 'state-timeline': 'StateTimeline', stat: 'Stat', bargauge: 'BarGauge', table: 'Table' };
const lines = [
  "import type { Dashboard, TableFieldOptions } from '@grafana/schema';",
  ...Object.entries(kinds).map(([type, name]) =>
    `import type * as ${name} from '@grafana/schema/dist/esm/raw/composable/${type.replace('-', '')}/panelcfg/x/${name}PanelCfg_types.gen';`),
  // JSON holds an enum's value, and a panel needs only some of its options.
  'type Json<T> = T extends string ? `${T}` : T extends (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]?: Json<T[K]> } : T;',
];

for (const file of process.argv.slice(2)) {
  const dashboard = JSON.parse(readFileSync(file, 'utf8'));
  const at = JSON.stringify(basename(file));
  // What an annotation asks of its data source is that source's own (Prometheus: expr, step and formats).
  for (const annotation of dashboard.annotations.list)
    for (const own of ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys', 'useValueForTime']) delete annotation[own];
  for (const panel of dashboard.panels.flatMap(panel => [panel, ...(panel.panels ?? [])]).filter(panel => panel.type !== 'row')) {
    const name = kinds[panel.type];
    if (!name) throw new Error(`${basename(file)}: no types for panels of type ${panel.type}`);
    const where = `/* ${at} ${JSON.stringify(panel.title)} */`;
    const fields = name === 'Stat' || name === 'BarGauge' ? 'object' : `Json<${name}.FieldConfig>`;
    lines.push(`(${JSON.stringify(panel.options)}) satisfies Json<${name}.Options>; ${where}`);
    lines.push(`(${JSON.stringify(panel.fieldConfig.defaults.custom ?? {})}) satisfies ${fields}; ${where}`);
  }
  lines.push(`(${JSON.stringify(dashboard)}) satisfies Json<Dashboard>; /* ${at} */`);
}

writeFileSync('dashboards.ts', lines.join('\n') + '\n');
const options = { noEmit: true, strict: true, skipLibCheck: true, moduleResolution: 'bundler', module: 'esnext', target: 'es2022', types: [] };
writeFileSync('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['dashboards.ts'] }));
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', '.', '--pretty', 'false'], { stdio: 'inherit' });
