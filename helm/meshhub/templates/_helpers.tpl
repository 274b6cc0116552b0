{{- define "meshhub.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "meshhub.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "meshhub.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "meshhub.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "meshhub.selectorLabels" -}}
app.kubernetes.io/name: {{ include "meshhub.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "meshhub.labels" -}}
{{ include "meshhub.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "meshhub.metadata" -}}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "meshhub.labels" . | nindent 2 }}
{{- with .Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "meshhub.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "meshhub.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Pods of jobs are none of the hub's: no service selects them. */}}
{{- define "meshhub.jobLabels" -}}
app.kubernetes.io/name: {{ include "meshhub.name" . }}-job
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The account that jobs run as. */}}
{{- define "meshhub.jobAccount" -}}
{{- include "meshhub.roleAccount" (dict "root" . "role" (ternary "job" "" (eq .Values.profile "cluster"))) -}}
{{- end -}}

{{/* The service of pages and API. */}}
{{- define "meshhub.webService" -}}
{{- include "meshhub.fullname" . -}}{{- if eq .Values.profile "cluster" -}}-web{{- end -}}
{{- end -}}

{{/* The roles that run by themselves; of profiles in which one pod has all, none. */}}
{{- define "meshhub.roles" -}}
{{- if eq .Values.profile "cluster" -}}
collector web alerting{{ if .Values.ads.enabled }} ads{{ end }}
{{- end -}}
{{- end -}}

{{/* Labels that select the pods of a role. Takes a dict: root, role. */}}
{{- define "meshhub.roleLabels" -}}
{{ include "meshhub.selectorLabels" .root }}
{{- with .role }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* Each role has an account of its own, with what it needs of Kubernetes. Takes a dict: root, role. */}}
{{- define "meshhub.roleAccount" -}}
{{- $account := include "meshhub.serviceAccountName" .root -}}
{{- if and .role .root.Values.serviceAccount.create -}}
{{ $account }}-{{ .role }}
{{- else -}}
{{ $account }}
{{- end -}}
{{- end -}}

{{/* Whether a role asks the Kubernetes API: to find pods, to hold the lease, to read or write configuration. */}}
{{- define "meshhub.asksKubernetes" -}}
{{- $rbac := .root.Values.rbac -}}
{{- $wires := or $rbac.wiring.read $rbac.wiring.write -}}
{{- if not .role -}}
{{ or $rbac.scrape $wires }}
{{- else -}}
{{ or (and (eq .role "collector") $rbac.scrape) (and (eq .role "web") $wires) (eq .role "alerting") }}
{{- end -}}
{{- end -}}

{{/* Sessions are good at every pod of the web only if all have one key. */}}
{{- define "meshhub.sessionSecret" -}}
{{- if .Values.web.sessionKeySecret -}}
{{- .Values.web.sessionKeySecret -}}
{{- else if eq .Values.profile "cluster" -}}
{{- include "meshhub.fullname" . }}-session
{{- end -}}
{{- end -}}

{{- define "meshhub.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "meshhub.ingestSecret" -}}
{{- default (printf "%s-ingest" (include "meshhub.fullname" .)) .Values.ingest.auth.existingSecret -}}
{{- end -}}

{{- define "meshhub.adminSecret" -}}
{{- default (printf "%s-admin" (include "meshhub.fullname" .)) .Values.admin.existingSecret -}}
{{- end -}}

{{- define "meshhub.tlsSecret" -}}
{{- default (printf "%s-tls" (include "meshhub.fullname" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{/* What cannot work is refused before anything is made. */}}
{{- define "meshhub.check" -}}
{{- if and (eq .Values.profile "server") (not .Values.clickhouse.url) -}}
{{- fail "profile server needs clickhouse.url" -}}
{{- end -}}
{{- if and (eq .Values.profile "embedded") .Values.clickhouse.url -}}
{{- fail "clickhouse.url is for the profiles server and cluster: set profile, or take the url away" -}}
{{- end -}}
{{- if and (eq .Values.profile "cluster") (not .Values.clickhouse.url) (not .Values.clickhouse.cluster) -}}
{{- fail "profile cluster names its ClickHouse cluster by clickhouse.cluster" -}}
{{- end -}}
{{- if and .Values.clickhouse.operator.cold.days (not .Values.clickhouse.operator.cold.endpoint) -}}
{{- fail "clickhouse.operator.cold.days needs clickhouse.operator.cold.endpoint" -}}
{{- end -}}
{{- if and .Values.backup.enabled (not .Values.backup.tokenSecret.name) -}}
{{- fail "backup.enabled needs backup.tokenSecret.name: a token of scope admin (meshhub token create backup --scope admin)" -}}
{{- end -}}
{{- if and .Values.wiring.enabled (not (and .Values.wiring.meshFile .Values.rbac.wiring.write)) -}}
{{- fail "wiring.enabled needs wiring.meshFile and rbac.wiring.write" -}}
{{- end -}}
{{- if and (eq .Values.ingest.auth.mode "mtls") (not (and .Values.tls.enabled .Values.tls.clientCaSecret)) -}}
{{- fail "ingest.auth.mode mtls needs tls.enabled and tls.clientCaSecret" -}}
{{- end -}}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) (not .Values.tls.certManager.enabled) -}}
{{- fail "tls.enabled needs tls.existingSecret, or tls.certManager.enabled" -}}
{{- end -}}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) -}}
{{- fail "tls.certManager.enabled needs tls.certManager.issuerRef.name" -}}
{{- end -}}
{{- if and .Values.ads.enabled (not (and .Values.ads.mesh .Values.ads.tls.existingSecret .Values.ads.tls.clientCaSecret)) -}}
{{- fail "ads.enabled needs ads.mesh, ads.tls.existingSecret and ads.tls.clientCaSecret" -}}
{{- end -}}
{{- if and .Values.oidc.enabled (not (and .Values.oidc.issuer .Values.oidc.clientId)) -}}
{{- fail "oidc.enabled needs oidc.issuer and oidc.clientId" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.serviceMonitor.tokenSecret.name) -}}
{{- fail "serviceMonitor.enabled needs serviceMonitor.tokenSecret.name: /metrics takes a token (meshhub token create prometheus)" -}}
{{- end -}}
{{- end -}}

{{/* A role's settings file, or that of all roles (role ""): what the values say, under what `settings` says. A role's has only what
     is its own, as it has no other secrets. Takes a dict: root, role. */}}
{{- define "meshhub.settings" -}}
{{- $root := .root -}}
{{- $role := .role -}}
{{- $takes := or (not $role) (eq $role "collector") -}}
{{- $shows := or (not $role) (eq $role "web") -}}
{{- $alerts := or (not $role) (eq $role "alerting") -}}
{{- $configures := and $root.Values.ads.enabled (or (not $role) (eq $role "ads")) -}}
{{- $knowsMesh := and $root.Values.ads.enabled (or (not $role) (eq $role "ads") (eq $role "web")) -}}
data_dir: /var/lib/meshhub
{{- if ne $root.Values.profile "embedded" }}
store: {{ include "meshhub.store" $root | quote }}
{{- end }}
storage:
  {{- if ne $root.Values.profile "embedded" }}
  database: {{ $root.Values.clickhouse.database }}
  {{- with $root.Values.clickhouse.cluster }}
  cluster: {{ . }}
  {{- end }}
  {{- end }}
  {{- if eq $root.Values.profile "cluster" }}
  migrate: false
  {{- end }}
  {{- if eq (include "meshhub.operated" $root) "true" }}
  {{- with $root.Values.clickhouse.operator.cold.days }}
  tiers:
    policy: meshhub
    {{- range $table, $days := . }}
    {{ $table }}: {{ $days }}
    {{- end }}
  {{- end }}
  {{- end }}
  {{- with $root.Values.backup.to }}
  backups:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  retention:
    spans: {{ $root.Values.retention.spans }}
    access_logs: {{ $root.Values.retention.accessLogs }}
    logs: {{ $root.Values.retention.logs }}
    edges: {{ $root.Values.retention.edges }}
    metrics: {{ $root.Values.retention.metrics }}
{{- if $takes }}
collector:
  endpoints:
    otlp_grpc: 0.0.0.0:{{ $root.Values.ingest.ports.otlpGrpc }}
    otlp_http: 0.0.0.0:{{ $root.Values.ingest.ports.otlpHttp }}
  {{- if $root.Values.tls.enabled }}
  tls:
    cert_file: /etc/meshhub/tls/tls.crt
    key_file: /etc/meshhub/tls/tls.key
    {{- if $root.Values.tls.clientCaSecret }}
    client_ca_file: /etc/meshhub/client-ca/ca.crt
    {{- end }}
  {{- end }}
  auth:
    {{- if eq $root.Values.ingest.auth.mode "token" }}
    tokens:
      - token_file: /etc/meshhub/ingest/{{ $root.Values.ingest.auth.key }}
    {{- else if eq $root.Values.ingest.auth.mode "anonymous" }}
    anonymous: true
    {{- else }}
    tokens: []
    {{- end }}
{{- end }}
web:
  address: 0.0.0.0:{{ $root.Values.web.port }}
  {{- with $root.Values.web.trustedProxies }}
  trusted_proxies: {{ toJson . }}
  {{- end }}
{{- if $shows }}
access:
  {{- if include "meshhub.sessionSecret" $root }}
  session_key_file: /etc/meshhub/session/session.key
  {{- end }}
  {{- if not $root.Values.oidc.enabled }}
  tokens:
    - name: administrator
      role: admin
      token_file: /etc/meshhub/admin/{{ $root.Values.admin.key }}
  {{- else }}
  oidc:
    issuer: {{ $root.Values.oidc.issuer | quote }}
    client_id: {{ $root.Values.oidc.clientId | quote }}
    {{- if $root.Values.oidc.clientSecretName }}
    client_secret_file: /etc/meshhub/oidc/client-secret
    {{- end }}
    role_claim: {{ $root.Values.oidc.roleClaim | quote }}
    {{- with $root.Values.oidc.roles }}
    roles: {{ toJson . }}
    {{- end }}
    {{- with $root.Values.oidc.defaultRole }}
    default_role: {{ . }}
    {{- end }}
    {{- with $root.Values.oidc.tenantClaim }}
    tenant_claim: {{ . | quote }}
    {{- end }}
  {{- end }}
jaeger_grpc:
  address: {{ if $root.Values.jaeger.enabled }}0.0.0.0:{{ $root.Values.jaeger.port }}{{ else }}null{{ end }}
{{- end }}
{{- if $configures }}
ads:
  address: 0.0.0.0:{{ $root.Values.ads.port }}
  mesh_file: /etc/meshhub/mesh/mesh.yaml
  {{- with $root.Values.ads.certificates }}
  certificates: {{ . | quote }}
  {{- end }}
  tls:
    cert_file: /etc/meshhub/ads-tls/tls.crt
    key_file: /etc/meshhub/ads-tls/tls.key
    client_ca_file: /etc/meshhub/ads-client-ca/ca.crt
  limits:
    streams: {{ $root.Values.ads.limits.streams | int }}
    streams_per_node: {{ $root.Values.ads.limits.streamsPerNode | int }}
{{- end }}
{{- if $knowsMesh }}
wiring:
  mesh_file: /etc/meshhub/mesh/mesh.yaml
{{- end }}
{{- if include "meshhub.roles" $root }}
drain_delay_seconds: 5
{{- end }}
{{- if or $alerts $shows }}
alerting:
  {{- if include "meshhub.roles" $root }}
  lease: kubernetes
  lease_name: {{ include "meshhub.fullname" $root }}-alerting
  {{- end }}
  {{- if $root.Values.slos }}
  slos: [/etc/meshhub/slos]
  {{- end }}
  {{- if $root.Values.notifications }}
  notifications: /etc/meshhub/notifications/notifications.yaml
  {{- end }}
  external_url: {{ $root.Values.web.externalUrl | quote }}
{{- end }}
telemetry:
  log:
    format: json
{{- end -}}
