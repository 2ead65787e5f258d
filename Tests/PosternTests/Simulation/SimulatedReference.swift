import Synchronization

@testable import Postern

/// A reference of a simulated process to a function of its own or of another process.
enum SimulatedHandle: Sendable {
    case own(SimulatedFunction)
    case proxy(SimulatedProxy)

    enum Key: Hashable, Sendable {
        case own(Int)
        case proxy(ObjectIdentifier)
    }

    var key: Key {
        switch self {
        case .own(let function): .own(function.number)
        case .proxy(let proxy): .proxy(ObjectIdentifier(proxy))
        }
    }

    /// The number of the function at which its calls must arrive.
    var function: Int {
        switch self {
        case .own(let function): function.number
        case .proxy(let proxy): proxy.function
        }
    }
}

/// A proxy of a function in another process, like `RemoteReference`.
final class SimulatedProxy: Sendable {
    let side: Int
    let number: UInt64
    /// The number of the function according to the message that carried it.
    let function: Int
    private let bin: SimulatedBin

    init(side: Int, number: UInt64, function: Int, bin: SimulatedBin) {
        self.side = side
        self.number = number
        self.function = function
        self.bin = bin
        bin.begin(side, number)
    }

    deinit { bin.end(side, number) }
}

/// The references of a received message, like `ReceivedReferences`.
final class ReceivedMessage: Sendable {
    let lent: [UInt64]
    let returned: [UInt64: SimulatedHandle]
    private let side: Int
    private let bin: SimulatedBin

    init(at side: Int, lent: [UInt64], returned: [UInt64: SimulatedHandle], bin: SimulatedBin) {
        self.side = side
        self.lent = lent
        self.returned = returned
        self.bin = bin
    }

    deinit { bin.add(.holds(side: side, lent)) }
}

/// The references of a message to send, like `SentReferences`.
final class SentMessage: Sendable {
    let numbers: ReferenceNumbers
    private let named: NamedReferences<SimulatedProxy>?
    /// The sender's own functions in the message: an encoded value lives until its message is freed.
    private let own: [SimulatedFunction]
    private let side: Int
    private let bin: SimulatedBin

    init(
        from side: Int,
        _ named: NamedReferences<SimulatedProxy>,
        _ handles: [SimulatedHandle],
        keeps: Bool,
        bin: SimulatedBin
    ) {
        numbers = named.numbers
        own = handles.compactMap { handle in
            if case .own(let function) = handle { function } else { nil }
        }
        self.named = keeps ? named : nil
        self.side = side
        self.bin = bin
    }

    deinit { bin.add(.pins(side: side, numbers.lent)) }
}

/// Objects that were freed but not yet counted: in between, other threads may do anything.
final class SimulatedBin: Sendable {
    enum Freed: Hashable, Sendable, CustomStringConvertible {
        /// Numbers that messages and objects have retained.
        case holds(side: Int, [UInt64])
        /// Exported numbers that messages have pinned.
        case pins(side: Int, [UInt64])

        var description: String {
            switch self {
            case .holds(let side, let numbers): "\(side): counts one holder less of \(numbers.short)"
            case .pins(let side, let numbers): "\(side): counts the end of a message with \(numbers.short)"
            }
        }

        fileprivate var order: [UInt64] {
            switch self {
            case .holds(let side, let numbers): [0, UInt64(side)] + numbers
            case .pins(let side, let numbers): [1, UInt64(side)] + numbers
            }
        }
    }

    private struct Place: Hashable {
        let side: Int
        let number: UInt64
    }

    private struct Contents {
        var freed: [Freed] = []
        var living: [Place: Int] = [:]
        var releases: [Int: Int] = [:]
    }

    private let contents = Mutex(Contents())

    func add(_ freed: Freed) { contents.withLock { $0.freed.append(freed) } }

    /// Records that the owner of a function was notified.
    func release(_ function: Int) { contents.withLock { $0.releases[function, default: 0] += 1 } }

    /// Returns how often the owner of a function was notified.
    func releases(of function: Int) -> Int { contents.withLock { $0.releases[function, default: 0] } }

    fileprivate func begin(_ side: Int, _ number: UInt64) {
        contents.withLock { $0.living[Place(side: side, number: number), default: 0] += 1 }
    }

    fileprivate func end(_ side: Int, _ number: UInt64) {
        contents.withLock { contents in
            contents.living[Place(side: side, number: number), default: 0] -= 1
            contents.freed.append(.holds(side: side, [number]))
        }
    }

    /// Returns whether a proxy of a number exists.
    func isAlive(_ side: Int, _ number: UInt64) -> Bool {
        contents.withLock { $0.living[Place(side: side, number: number), default: 0] > 0 }
    }

    /// Returns the freed objects in an order that depends only on the seed, and clears the bin.
    func takeAll() -> [Freed] {
        let freed = contents.withLock { contents in
            defer { contents.freed = [] }
            return contents.freed
        }
        return freed.count < 2 ? freed : freed.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }
}

extension [UInt64] {
    /// The last four digits of each number, which suffice to distinguish them.
    var short: [UInt64] { map { $0 % 10_000 } }
}
