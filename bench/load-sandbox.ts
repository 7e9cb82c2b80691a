import { Effect, Redacted } from "effect"
import { serveSandbox } from "../src/sandbox/server.ts"
import { benchSource } from "./bench-source.ts"
import { clientId, clientSecret, customers } from "./load-setup.ts"

const transactions = Number(process.argv[2])
const population = Number(process.argv[3] ?? customers)
const source = benchSource({ customers: population, transactions })

await Effect.runPromise(
  Effect.gen(function* () {
    const { baseUrl } = yield* serveSandbox({ source, port: 0, clientId, clientSecret: Redacted.make(clientSecret) })
    console.log(JSON.stringify({ baseUrl, customers: source.customers }))
    return yield* Effect.never
  }).pipe(Effect.scoped),
)
