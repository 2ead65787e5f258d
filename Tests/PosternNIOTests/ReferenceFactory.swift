import PosternTestSupport
import Postern

/// Creates functions and objects, and counts those whose owner was notified of their release.
struct ReferenceFactory: Sendable {
    let made = Counter()
    let released = Counter()
    /// Opened when a handler of `slow` begins, and when it ends.
    let begun = Gate()
    let ended = Gate()

    /// Whether every owner was notified exactly once.
    var isEven: Bool { made.value > 0 && released.value == made.value }

    func callback() -> Callback {
        made.increment()
        return Callback(onRelease: { [released] in released.increment() }, handler: {})
    }

    func object() -> Reference {
        made.increment()
        return Reference(to: Router(), "exported", onRelease: { [released] in released.increment() })
    }

    /// Methods whose results contain created references.
    var router: Router {
        let router = Router()
        router.root.register("open") { () async in object() }
        router.root.register("off the loop") { callback() }
        router.root.register("short", options: .init(execution: .onEventLoop)) { [callback(), callback()] }
        router.root.register("large") { () async in Large(object: object()) }
        router.root.register("short and large", options: .init(execution: .onEventLoop)) { Large(object: object()) }
        router.root.register("broken") { () async in Broken(object: object()) }
        router.root.register("slow") { () async in
            begun.open()
            // Returns when the handler is cancelled.
            try? await Task.sleep(for: .seconds(3_600))
            defer { ended.open() }
            return object()
        }
        router.root.register("report") { (context: CallContext) async throws in
            for _ in 0..<3 { context.reportProgress(object()) }
            return 1
        }
        router.root.registerStream("stream") { () async in
            AsyncStream<Reference> { items in
                for _ in 0..<200 { items.yield(object()) }
                items.finish()
            }
        }
        return router
    }
}

/// A result above the limit of these tests.
private struct Large: Encodable, Sendable {
    let object: Reference
    var text = String(repeating: "x", count: 200_000)
}

/// A result whose encoding fails after its first member.
private struct Broken: Encodable, Sendable {
    let object: Reference

    private enum CodingKeys: CodingKey {
        case object, fault
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(object, forKey: .object)
        throw CancellationError()
    }
}
