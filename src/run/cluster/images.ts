/** Images of others that a run uses where the suite names none; one place, to be changed together with what was tested. */
export const PROMETHEUS_IMAGE = 'docker.io/prom/prometheus:v3.5.0'
export const K6_IMAGE = 'docker.io/grafana/k6:1.8.1'
