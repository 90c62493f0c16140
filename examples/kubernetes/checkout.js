// Users of the shop, played by k6: forty checkouts a second, until the run takes them away.
import http from 'k6/http'

export const options = {
  scenarios: {
    checkout: {
      exec: 'checkout',
      executor: 'constant-arrival-rate',
      rate: 40,
      timeUnit: '1s',
      duration: '1h',
      preAllocatedVUs: 60,
      maxVUs: 200,
    },
  },
  // Users are many, and replicas are chosen for each connection.
  noConnectionReuse: true,
}

http.setResponseCallback(http.expectedStatuses(200))

export function checkout() {
  http.get(`${__ENV.TARGET_WEB_URL}/checkout`, { timeout: '1500ms' })
}
