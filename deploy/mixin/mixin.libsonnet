// Alerts, recording rules and dashboards as a Prometheus mixin. The rule files and dashboards beside this folder are the source, and make
// golden writes alerts.json and rules.json from them. With this configuration the mixin is equal to them, which a test holds. Put your own
// values into _config:
//
//   (import 'tcp-agent/deploy/mixin/mixin.libsonnet') + { _config+:: { runbookUrl: 'https://wiki.example.org/tcp-agent' } }
{
  _config+:: {
    // The job under which Prometheus scrapes the agents.
    job: 'tcp-agent',
    // Where docs/operations.md is published; each alert adds its heading.
    runbookUrl: 'https://tcp-agent.example/docs/operations.md',
    grafanaUrl: 'https://grafana.example',
    // https if --web.config.file sets up TLS.
    pageScheme: 'http',
    // Appended to the instance in the dashboards' links to the agent's page: ':10793' where instances are host names without a port.
    pageSuffix: '',
    dashboardTags: ['tcpagent'],
    dashboardRefresh: '30s',
  },

  local config = self._config,

  local replaced(text) = std.foldl(
    function(so_far, pair) std.strReplace(so_far, pair[0], pair[1]),
    [
      ['https://tcp-agent.example/docs/operations.md', config.runbookUrl],
      ['https://grafana.example', config.grafanaUrl],
      ['http://{{ $labels.instance }}', config.pageScheme + '://{{ $labels.instance }}'],
      ['http://${', config.pageScheme + '://${'],
      ['job="tcp-agent"', 'job="%s"' % config.job],
    ],
    text
  ),

  local changed(value) =
    if std.isString(value) then replaced(value)
    else if std.isArray(value) then [changed(one) for one in value]
    else if std.isObject(value) then { [key]: changed(value[key]) for key in std.objectFields(value) }
    else value,

  local dashboard(file) = changed(file) {
    tags: config.dashboardTags,
    [if file.refresh == '30s' then 'refresh']: config.dashboardRefresh,
    templating+: {
      list: [
        if one.name == 'suffix'
        then
          local option = { selected: true, text: config.pageSuffix, value: config.pageSuffix };
          one { query: config.pageSuffix, current: option, options: [option] }
        else one
        for one in super.list
      ],
    },
  },

  grafanaDashboardFolder:: 'TcpAgent',
  grafanaDashboards+:: {
    'tcp-agent-fleet.json': dashboard(import '../grafana/dashboards/fleet.json'),
    'tcp-agent-host.json': dashboard(import '../grafana/dashboards/host.json'),
  },

  prometheusAlerts+:: { groups+: changed(import 'alerts.json').groups },

  prometheusRules+:: {
    groups+: changed(import 'rules.json').groups,
  },
}
