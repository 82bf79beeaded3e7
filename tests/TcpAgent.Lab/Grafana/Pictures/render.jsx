// Draws one dashboard with Grafana's own libraries: @grafana/data turns Prometheus' answers into frames, applies transformations, units,
// thresholds, mappings and overrides; @grafana/ui draws time series, tables, stats and bar gauges. The state timeline, which Grafana does
// not publish, is drawn here. window.given = {dashboard, answers, from, to} comes from pictures.py.
import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  applyFieldOverrides, cacheFieldDisplayNames, createTheme, dateTime, FieldConfigOptionsRegistry, FieldType, getDisplayProcessor, getFieldDisplayValues,
  standardTransformers, standardTransformersRegistry, toDataFrame, transformDataFrame,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { BarGauge, BigValue, PortalContainer, ThemeContext, TimeSeries, TooltipDisplayMode } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

const theme = createTheme({ colors: { mode: 'dark' } });
const { dashboard, answers, from, to } = window.given;
const range = { from: dateTime(from * 1000), to: dateTime(to * 1000), raw: { from: 'now-5m', to: 'now' } };
const unit = { cell: 30, gap: 8, width: 1600 };

standardTransformersRegistry.setInit(() =>
  [['merge', 'mergeTransformer'], ['organize', 'organizeFieldsTransformer'], ['sortBy', 'sortByTransformer'], ['joinByField', 'joinByFieldTransformer']]
    .map(([id, name]) => ({ id, name: id, transformation: async () => standardTransformers[name], editor: () => null })));

const property = (id, isCustom) => ({
  id, name: id, path: isCustom ? id.slice('custom.'.length) : id, isCustom, shouldApply: () => true, process: value => value, settings: {},
  editor: () => null, override: () => null,
});
const registry = new FieldConfigOptionsRegistry(() => [
  ...['unit', 'decimals', 'min', 'max', 'mappings', 'thresholds', 'color', 'links', 'noValue'].map(id => property(id, false)),
  ...['lineWidth', 'fillOpacity', 'showPoints', 'stacking', 'lineStyle', 'transform', 'axisPlacement', 'axisSoftMax', 'thresholdsStyle', 'cellOptions',
    'drawStyle', 'lineInterpolation', 'spanNulls', 'gradientMode', 'axisLabel', 'width', 'align', 'filterable'].map(id => property(`custom.${id}`, true)),
]);

const named = (format, labels) => format?.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');
const numberOf = text => (text === 'NaN' ? null : Number(text));

function framesOf(panel) {
  const frames = [];
  for (const target of panel.targets) {
    const result = answers[`${panel.id} ${target.refId}`] ?? [];
    if (target.format === 'table') {
      const labels = [...new Set(result.flatMap(one => Object.keys(one.metric)))].sort();
      frames.push(toDataFrame({ refId: target.refId, fields: [
        { name: 'Time', type: FieldType.time, values: result.map(one => one.value[0] * 1000) },
        ...labels.map(name => ({ name, type: FieldType.string, config: { filterable: false }, values: result.map(one => one.metric[name] ?? '') })),
        { name: panel.targets.length > 1 ? `Value #${target.refId}` : 'Value', type: FieldType.number, values: result.map(one => numberOf(one.value[1])) },
      ] }));
    } else
      for (const one of result) {
        const points = one.values ?? [one.value];
        frames.push(toDataFrame({ refId: target.refId, name: named(target.legendFormat, one.metric), fields: [
          { name: 'Time', type: FieldType.time, values: points.map(point => point[0] * 1000), config: { interval: 2000 } },
          { name: 'Value', type: FieldType.number, labels: one.metric, values: points.map(point => numberOf(point[1])),
            config: { displayNameFromDS: named(target.legendFormat, one.metric) } },
        ] }));
      }
  }
  return frames;
}

// What Grafana adds to a panel that says nothing of it.
const withDefaults = ({ defaults, overrides }, type) => ({
  defaults: { color: { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' }, ...defaults }, overrides,
});

async function prepare(panel) {
  let data = framesOf(panel);
  if (panel.transformations)
    data = await new Promise(done => transformDataFrame(panel.transformations, data).subscribe(done));
  const frames = applyFieldOverrides({
    data, fieldConfig: withDefaults(panel.fieldConfig, panel.type), fieldConfigRegistry: registry, theme, timeZone: 'utc', replaceVariables: text => text,
  });
  cacheFieldDisplayNames(frames);
  return frames;
}

function Values({ panel, data, width, height }) {
  const values = getFieldDisplayValues({
    data, fieldConfig: { defaults: {}, overrides: [] }, reduceOptions: panel.options.reduceOptions, replaceVariables: text => text, theme, timeZone: 'utc',
    sparkline: panel.options.graphMode === 'area',
  });
  const wide = panel.type === 'stat';
  const count = Math.max(1, values.length);
  if (values.length === 0) return <div className="empty">{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
  return <div style={{ display: 'flex', flexDirection: wide ? 'row' : 'column', gap: 4 }}>
    {values.map((one, i) => wide
      ? <BigValue key={i} value={one.display} sparkline={one.sparkline} theme={theme} width={(width - 4 * (count - 1)) / count} height={height}
          colorMode={panel.options.colorMode} graphMode={panel.options.graphMode}
          textMode={panel.options.textMode === 'auto' && count > 1 ? 'value_and_name' : panel.options.textMode} justifyMode="auto" />
      : <BarGauge key={i} value={one.display} field={one.field} display={one.view ? getDisplayProcessor({ field: one.view.dataFrame.fields[one.colIndex], theme }) : undefined}
          theme={theme} width={width} height={Math.min(46, height / count - 4)} orientation="horizontal" displayMode={panel.options.displayMode}
          showUnfilled={panel.options.showUnfilled} valueDisplayMode={panel.options.valueMode} itemSpacing={8} lcdCellWidth={12} />)}
  </div>;
}

function States({ data, width, height }) {
  const rows = data.map(frame => frame.fields[1]).map((field, i) => ({ field, times: data[i].fields[0].values }));
  const left = 230, step = height / rows.length;
  const x = time => left + (width - left) * (time / 1000 - from) / (to - from);
  return <svg width={width} height={height} fontSize={11} fill="#ccccdc">
    {rows.map(({ field, times }, r) => <g key={r} transform={`translate(0 ${r * step})`}>
      <text x={left - 8} y={step * 0.65} textAnchor="end">{field.config.displayNameFromDS}</text>
      {times.map((time, i) => <rect key={i} x={x(time)} y={1} width={Math.max(1, x(times[i + 1] ?? time + 2000) - x(time) + 0.5)} height={Math.max(1, step - 2)}
        fill={field.display(field.values[i]).color} fillOpacity={0.8} />)}
    </g>)}
  </svg>;
}

function Body({ panel, data, width, height }) {
  if (data.length === 0 && panel.type !== 'stat') return <div className="empty">{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
  if (panel.type === 'timeseries')
    return <TimeSeries frames={data} structureRev={1} timeRange={range} timeZone="utc" width={width} height={height} legend={panel.options.legend}
      options={panel.options} tooltip={{ mode: TooltipDisplayMode.None }} />;
  if (panel.type === 'table') return <TableNG data={data[0]} width={width} height={height} structureRev={1} fieldConfig={panel.fieldConfig} transparent />;
  if (panel.type === 'state-timeline') return <States data={data} width={width} height={height} />;
  return <Values panel={panel} data={data} width={width} height={height} />;
}

// A panel that cannot be drawn says so in the picture.
class Guard extends React.Component {
  state = {};
  static getDerivedStateFromError(error) { return { error }; }
  render() { return this.state.error ? <div className="empty" style={{ color: '#ff5286' }}>{String(this.state.error)}</div> : this.props.children; }
}

function Panel({ panel, data, top }) {
  const { x, y, w, h } = panel.gridPos;
  const column = unit.width / 24;
  const box = { left: x * column, top: top + y * (unit.cell + unit.gap), width: w * column - unit.gap, height: h * (unit.cell + unit.gap) - unit.gap };
  if (panel.type === 'row') return <div className="row" style={box}>{panel.collapsed ? '>' : 'v'} {panel.title}{panel.was ? ' (opened)' : ''}</div>;
  return <div className="panel" style={box}>
    <div className="title">{panel.title}</div>
    <Guard><Body panel={panel} data={data} width={box.width - 16} height={box.height - 40} /></Guard>
  </div>;
}

async function draw() {
  await initPluginTranslations('tcp-agent');
  const all = await Promise.all(dashboard.panels.map(async panel => ({ panel, data: panel.type === 'row' ? [] : await prepare(panel) })));
  const bottom = Math.max(...dashboard.panels.map(panel => panel.gridPos.y + panel.gridPos.h)) * (unit.cell + unit.gap) + 48;
  document.body.style.height = `${bottom}px`;
  const root = document.createElement('div');
  document.body.append(root);
  createRoot(root).render(<ThemeContext.Provider value={theme}>
    <style>{`body{margin:0;background:${theme.colors.background.canvas};color:${theme.colors.text.primary};font:14px Inter,'DejaVu Sans',sans-serif;width:${unit.width}px}
      *{box-sizing:border-box} h1{font-size:16px;margin:0;padding:12px 8px} .panel,.row{position:absolute;overflow:hidden}
      .panel{background:${theme.colors.background.primary};border:1px solid ${theme.colors.border.weak};border-radius:2px;padding:4px 8px}
      .title{font-weight:500;height:28px;line-height:26px;white-space:nowrap} .row{padding:4px 8px;font-weight:500} .empty{color:${theme.colors.text.secondary};text-align:center;padding:12px}
      table{border-collapse:collapse;width:100%;font-size:12px} button{background:none;border:0;color:inherit;font:inherit;padding:0} canvas{display:block}`}</style>
    <h1>{dashboard.title}</h1>
    {all.map(({ panel, data }) => <Panel key={panel.id} panel={panel} data={data} top={44} />)}
    <PortalContainer />
  </ThemeContext.Provider>);
}

draw().catch(error => document.body.append(String(error.stack)));
