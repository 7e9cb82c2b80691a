/** What both sides of the load benchmark share. */
export const clientId = "bench"
export const clientSecret = "bench-secret"
export const customers = 50
export const pageSize = 200
export const concurrency = 8
