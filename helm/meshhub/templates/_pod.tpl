{{/*
The pod of one role, or of all of them (role ""). Takes a dict: root, role.
What a role does not serve it has no port of, and what it does not need it does not mount.
*/}}
{{- define "meshhub.pod" -}}
{{- $root := .root -}}
{{- $role := .role -}}
{{- $takes := or (not $role) (eq $role "collector") -}}
{{- $shows := or (not $role) (eq $role "web") -}}
{{- $alerts := or (not $role) (eq $role "alerting") -}}
{{- $configures := and $root.Values.ads.enabled (or (not $role) (eq $role "ads")) -}}
{{- $knowsMesh := and $root.Values.ads.enabled (or (not $role) (eq $role "ads") (eq $role "web")) -}}
metadata:
  labels:
    {{- include "meshhub.labels" $root | nindent 4 }}
    {{- with $role }}
    app.kubernetes.io/component: {{ . }}
    {{- end }}
    {{- with $root.Values.meshExclusion.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
    {{- if $root.Values.notifications }}
    checksum/notifications: {{ $root.Values.notifications | sha256sum }}
    {{- end }}
    {{- with $root.Values.meshExclusion.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "meshhub.roleAccount" (dict "root" $root "role" $role) }}
  automountServiceAccountToken: {{ or $root.Values.serviceAccount.automount (eq (include "meshhub.asksKubernetes" (dict "root" $root "role" $role)) "true") }}
  enableServiceLinks: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
  {{- with $root.Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $root.Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml $root.Values.topologySpreadConstraints | nindent 4 }}
  {{- else if $role }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "meshhub.roleLabels" (dict "root" $root "role" $role) | nindent 10 }}
    {{- end }}
  {{- end }}
  {{- with $root.Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: hub
      image: {{ include "meshhub.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [serve]
      # What commands that are run in this pod (kubectl exec) have to know, too.
      env:
        - name: MESHHUB_CONFIG
          value: /etc/meshhub/meshhub.yaml
        {{- with include "meshhub.engineUsers" $root }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- if $role }}
        - name: MESHHUB_ROLES
          value: {{ $role }}
        - name: POD_NAME
          valueFrom: {fieldRef: {fieldPath: metadata.name}}
        - name: POD_NAMESPACE
          valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
        {{- end }}
        {{- with $root.Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        {{- if $takes }}
        - name: grpc-otlp
          containerPort: {{ $root.Values.ingest.ports.otlpGrpc }}
        - name: http-otlp
          containerPort: {{ $root.Values.ingest.ports.otlpHttp }}
        {{- end }}
        - name: http-web
          containerPort: {{ $root.Values.web.port }}
        {{- if and $shows $root.Values.jaeger.enabled }}
        - name: grpc-jaeger
          containerPort: {{ $root.Values.jaeger.port }}
        {{- end }}
        {{- if $configures }}
        - name: grpc-ads
          containerPort: {{ $root.Values.ads.port }}
        {{- end }}
      # The journal is read at the start: a large one takes its time.
      startupProbe:
        httpGet:
          path: /healthz
          port: http-web
        periodSeconds: 5
        failureThreshold: 60
      livenessProbe:
        httpGet:
          path: /healthz
          port: http-web
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet:
          path: /readyz
          port: http-web
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- toYaml (ternary (get $root.Values.roles (default "collector" $role)).resources $root.Values.resources (ne $role "")) | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: data
          mountPath: /var/lib/meshhub
        - name: tmp
          mountPath: /tmp
        - name: config
          mountPath: /etc/meshhub/meshhub.yaml
          subPath: {{ default "meshhub" $role }}.yaml
          readOnly: true
        {{- if and $takes (eq $root.Values.ingest.auth.mode "token") }}
        - name: ingest
          mountPath: /etc/meshhub/ingest
          readOnly: true
        {{- end }}
        {{- if and $takes $root.Values.tls.enabled }}
        - name: tls
          mountPath: /etc/meshhub/tls
          readOnly: true
        {{- if $root.Values.tls.clientCaSecret }}
        - name: client-ca
          mountPath: /etc/meshhub/client-ca
          readOnly: true
        {{- end }}
        {{- end }}
        {{- if and $shows (include "meshhub.sessionSecret" $root) }}
        - name: session
          mountPath: /etc/meshhub/session
          readOnly: true
        {{- end }}
        {{- if and $shows $root.Values.oidc.enabled $root.Values.oidc.clientSecretName }}
        - name: oidc
          mountPath: /etc/meshhub/oidc
          readOnly: true
        {{- end }}
        {{- if and $shows (not $root.Values.oidc.enabled) }}
        - name: admin
          mountPath: /etc/meshhub/admin
          readOnly: true
        {{- end }}
        {{- if and (or $alerts $shows) $root.Values.slos }}
        - name: slos
          mountPath: /etc/meshhub/slos
          readOnly: true
        {{- end }}
        {{- if and (or $alerts $shows) $root.Values.notifications }}
        - name: notifications
          mountPath: /etc/meshhub/notifications
          readOnly: true
        {{- end }}
        {{- if $knowsMesh }}
        # A directory, not a file: a new mesh file shows itself in it.
        - name: mesh
          mountPath: /etc/meshhub/mesh
          readOnly: true
        {{- end }}
        {{- if $configures }}
        - name: ads-tls
          mountPath: /etc/meshhub/ads-tls
          readOnly: true
        - name: ads-client-ca
          mountPath: /etc/meshhub/ads-client-ca
          readOnly: true
        {{- end }}
        {{- with $root.Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with $root.Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    - name: config
      configMap:
        name: {{ include "meshhub.fullname" $root }}
    {{- if or (and $role (ne $role "collector")) (and (not $role) (not $root.Values.persistence.enabled)) }}
    - name: data
      emptyDir: {}
    {{- end }}
    {{- if and $takes (eq $root.Values.ingest.auth.mode "token") }}
    - name: ingest
      secret:
        secretName: {{ include "meshhub.ingestSecret" $root }}
        defaultMode: 0440
    {{- end }}
    {{- if and $takes $root.Values.tls.enabled }}
    - name: tls
      secret:
        secretName: {{ include "meshhub.tlsSecret" $root }}
        defaultMode: 0440
    {{- if $root.Values.tls.clientCaSecret }}
    - name: client-ca
      secret:
        secretName: {{ $root.Values.tls.clientCaSecret }}
        items: [{key: ca.crt, path: ca.crt}]
    {{- end }}
    {{- end }}
    {{- if and $shows (include "meshhub.sessionSecret" $root) }}
    - name: session
      secret:
        secretName: {{ include "meshhub.sessionSecret" $root }}
        defaultMode: 0440
    {{- end }}
    {{- if and $shows $root.Values.oidc.enabled $root.Values.oidc.clientSecretName }}
    - name: oidc
      secret:
        secretName: {{ $root.Values.oidc.clientSecretName }}
        defaultMode: 0440
    {{- end }}
    {{- if and $shows (not $root.Values.oidc.enabled) }}
    - name: admin
      secret:
        secretName: {{ include "meshhub.adminSecret" $root }}
        defaultMode: 0440
    {{- end }}
    {{- if and (or $alerts $shows) $root.Values.slos }}
    - name: slos
      configMap:
        name: {{ include "meshhub.fullname" $root }}-slos
    {{- end }}
    {{- if and (or $alerts $shows) $root.Values.notifications }}
    - name: notifications
      secret:
        secretName: {{ include "meshhub.fullname" $root }}-notifications
        defaultMode: 0440
    {{- end }}
    {{- if $knowsMesh }}
    - name: mesh
      secret:
        secretName: {{ include "meshhub.fullname" $root }}-mesh
        defaultMode: 0440
    {{- end }}
    {{- if $configures }}
    - name: ads-tls
      secret:
        secretName: {{ $root.Values.ads.tls.existingSecret }}
        defaultMode: 0440
    - name: ads-client-ca
      secret:
        secretName: {{ $root.Values.ads.tls.clientCaSecret }}
        items: [{key: ca.crt, path: ca.crt}]
    {{- end }}
    {{- with $root.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
