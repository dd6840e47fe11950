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

{{/*
The servers: one with all roles, or one group for each role. A name is short enough for the label with the revision of a StatefulSet.
*/}}
{{- define "steelyard.groups" -}}
{{- $name := include "steelyard.name" . }}
{{- if .Values.servers.enabled }}
{{- range $role := list "api" "gateway" "worker" }}
- {role: {{ $role }}, name: {{ printf "%s-%s" ($name | trunc 43 | trimSuffix "-") $role }}}
{{- end }}
{{- else }}
- {role: "", name: {{ $name }}}
{{- end }}
{{- end }}

{{/* Labels of the pods of a group; an empty role: of all servers. */}}
{{- define "steelyard.groupSelector" -}}
{{ include "steelyard.selector" .root }}
{{- with .role }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* The claim of the volume that several servers share. */}}
{{- define "steelyard.sharedClaim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-data" (include "steelyard.name" .)) }}
{{- end }}

{{/* Names under which the servers are reached, besides the address of their pod. */}}
{{- define "steelyard.hosts" -}}
{{- $hosts := list (required "host is required: the name under which clients reach the server" .Values.host) }}
{{- $names := list (include "steelyard.name" .) }}
{{- if .Values.servers.enabled }}{{ $names = append $names (printf "%s-gateway" (include "steelyard.name" .)) }}{{ end }}
{{- range $names }}
{{- $hosts = concat $hosts (list . (printf "%s.%s.svc" . $.Release.Namespace) (printf "%s.%s.svc.cluster.local" . $.Release.Namespace)) }}
{{- end }}
{{- join "," (concat $hosts .Values.extraHosts) }}
{{- end }}

{{/* What several servers cannot be. */}}
{{- define "steelyard.checkServers" -}}
{{- if .Values.servers.enabled }}
{{- if not .Values.database.secret }}{{ fail "servers.enabled needs database.secret: several servers share a PostgreSQL" }}{{ end }}
{{- if eq (get .Values.settings "predictionFsync" | toString) "interval" }}{{ fail "settings.predictionFsync: several servers need \"always\"" }}{{ end }}
{{- if lt (int .Values.terminationGracePeriodSeconds) (add (int .Values.servers.drainSeconds) 25 | int) }}{{ fail "terminationGracePeriodSeconds must be at least servers.drainSeconds + 25" }}{{ end }}
{{- range $role := list "api" "gateway" }}
{{- $group := index $.Values.servers $role }}
{{- if and $group.autoscaling.enabled (lt (int $group.autoscaling.maxReplicas) (int $group.replicas)) }}{{ fail (printf "servers.%s.autoscaling.maxReplicas is less than servers.%s.replicas" $role $role) }}{{ end }}
{{- end }}
{{- end }}
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
