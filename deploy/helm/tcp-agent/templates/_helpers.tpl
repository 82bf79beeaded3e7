{{/* The release's own name. The label app.kubernetes.io/name stays tcp-agent: it is the job of the rules and dashboards. */}}
{{- define "tcp-agent.fullname" -}}
{{- if eq .Release.Name "tcp-agent" }}tcp-agent{{ else }}{{ printf "%s-tcp-agent" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "tcp-agent.selector" -}}
app.kubernetes.io/name: tcp-agent
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tcp-agent.labels" -}}
{{ include "tcp-agent.selector" . }}
app.kubernetes.io/component: exporter
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}
