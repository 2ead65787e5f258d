/// A stack of the containers that are open during a scan.
protocol JSONNesting {
    /// The number of open containers.
    var depth: Int { get }
    /// Whether the innermost container is an object.
    var isInObject: Bool { get }

    /// Pushes an array (0) or an object (1).
    ///
    /// - Returns: Whether the limit permits one more container.
    mutating func open(_ kind: UInt64) -> Bool
    /// Pops the innermost container.
    mutating func close()
}

/// A stack of at most 64 containers in one word: a bit for each, set for objects.
struct ShallowNesting: JSONNesting {
    /// The number of containers around the scanned value.
    let outerDepth: Int
    private(set) var depth = 0
    private var kinds: UInt64 = 0

    init(outerDepth: Int) { self.outerDepth = outerDepth }

    @inline(__always)
    var isInObject: Bool { kinds & 1 == 1 }

    @inline(__always)
    mutating func open(_ kind: UInt64) -> Bool {
        depth &+= 1
        kinds = kinds << 1 | kind
        // Beyond the limit the oldest bit is lost; the scan then starts again with a `DeepNesting`.
        return outerDepth &+ depth <= JSONScanner.maximumDepth
    }

    @inline(__always)
    mutating func close() {
        depth &-= 1
        kinds >>= 1
    }
}

/// A stack of any number of containers, for values that are too deep to be accepted and are scanned only for their end.
struct DeepNesting: JSONNesting {
    private var kinds: [UInt8] = []

    var depth: Int { kinds.count }
    var isInObject: Bool { kinds.last == 1 }

    mutating func open(_ kind: UInt64) -> Bool {
        kinds.append(UInt8(truncatingIfNeeded: kind))
        return true
    }

    mutating func close() { kinds.removeLast() }
}
