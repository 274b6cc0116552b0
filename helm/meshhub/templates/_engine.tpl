{{/* Whether the chart makes the ClickHouse cluster itself. */}}
{{- define "meshhub.operated" -}}
{{- and (eq .Values.profile "cluster") (not .Values.clickhouse.url) -}}
{{- end -}}

{{/* Where the engine is, for profiles that have one outside of the hub. The operator's service is of all replicas. */}}
{{- define "meshhub.store" -}}
{{- if eq (include "meshhub.operated" .) "true" -}}
clickhouse://clickhouse-{{ include "meshhub.fullname" . }}.{{ .Release.Namespace }}.svc:8123
{{- else -}}
{{ .Values.clickhouse.url }}
{{- end -}}
{{- end -}}

{{- define "meshhub.clickhouseSecret" -}}
{{- if .Values.clickhouse.existingSecret -}}
{{- .Values.clickhouse.existingSecret -}}
{{- else if eq (include "meshhub.operated" .) "true" -}}
{{- include "meshhub.fullname" . }}-clickhouse
{{- end -}}
{{- end -}}

{{- define "meshhub.engineSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 101
  runAsGroup: 101
  fsGroup: 101
  seccompProfile:
    type: RuntimeDefault
automountServiceAccountToken: false
{{- end -}}

{{/* The variables that say who asks the engine. */}}
{{- define "meshhub.engineUsers" -}}
{{- $secret := include "meshhub.clickhouseSecret" . -}}
{{- if and (ne .Values.profile "embedded") $secret -}}
- name: MESHHUB_STORAGE__USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ .Values.clickhouse.usernameKey }}
- name: MESHHUB_STORAGE__PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ .Values.clickhouse.passwordKey }}
{{- if or .Values.clickhouse.reader (eq (include "meshhub.operated" .) "true") }}
- name: MESHHUB_STORAGE__READER__USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ .Values.clickhouse.readerUsernameKey }}
- name: MESHHUB_STORAGE__READER__PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ .Values.clickhouse.readerPasswordKey }}
{{- end }}
{{- end -}}
{{- end -}}
