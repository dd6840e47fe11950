{{- define "steelyard.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "steelyard.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "steelyard.labels" -}}
{{ include "steelyard.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "steelyard.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (ternary (include "steelyard.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "steelyard.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Whether the server itself speaks TLS. */}}
{{- define "steelyard.scheme" -}}
{{ hasKey .Values.settings "tlsCertFile" | ternary "https" "http" }}
{{- end }}

{{- define "steelyard.publicUrl" -}}
{{- $isSecure := or (ne .Values.ingress.tlsSecret "") (hasKey .Values.settings "tlsCertFile") }}
{{- .Values.publicUrl | default (printf "%s://%s" ($isSecure | ternary "https" "http") .Values.host) }}
{{- end }}

{{/* Requirements of the restricted Pod Security Standard, with a read-only root file system. */}}
{{- define "steelyard.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "steelyard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
