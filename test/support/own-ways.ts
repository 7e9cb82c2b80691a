import { effect, flakyTest, it, layer, live, prop, scoped, scopedLive } from "@effect/vitest"

/** `layer` lends `it` ways to run an effect that are its own, and the files of a process share one `it`: each begins with the library's. */
Object.assign(it, { effect, flakyTest, layer, live, prop, scoped, scopedLive })
