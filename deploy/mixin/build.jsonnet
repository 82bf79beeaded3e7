// Writes what the mixin holds: mkdir -p OUT && jsonnet -m OUT build.jsonnet. With YAML, which JSON is, all files load as they are.
local mixin = import 'mixin.libsonnet';

mixin.grafanaDashboards {
  'alerts.json': mixin.prometheusAlerts,
  'rules.json': mixin.prometheusRules,
}
