import Postern
import Synchronization

/// A value whose type is only known to itself.
protocol Sample: Sendable {
    /// Registers `echo`, which returns its argument, and `get`, which returns the value.
    func register(in service: Service, _ received: Received)
}

/// A sample of one type.
struct Typed<Value: Codable & Equatable & Sendable>: Sample {
    let value: Value

    init(_ value: Value) { self.value = value }

    func register(in service: Service, _ received: Received) {
        service.register("echo", Parameter<Value>("value")) { (argument: Value) in
            received.note(argument == value)
            return argument
        }
        service.register("get") { () in value }
    }
}

/// Whether the last argument was the expected value.
final class Received: Sendable {
    private let last = Mutex(false)

    func note(_ isExpected: Bool) { last.withLock { $0 = isExpected } }

    /// Whether an argument has arrived since the last look, and was the expected one.
    var isExpected: Bool {
        last.withLock { last in
            defer { last = false }
            return last
        }
    }
}
