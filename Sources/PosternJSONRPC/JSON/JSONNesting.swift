/// The containers that are open at one place of a scan.
protocol JSONNesting {
    var depth: Int { get }
    var isInObject: Bool { get }

    /// Enters an array (0) or an object (1).
    ///
    /// - Returns: Whether there is room for it.
    mutating func open(_ kind: UInt64) -> Bool
    mutating func close()
}

/// As many containers as are accepted: one bit for each, set for objects.
struct ShallowNesting: JSONNesting {
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
        return outerDepth &+ depth <= JSONScanner.maximumDepth
    }

    @inline(__always)
    mutating func close() {
        depth &-= 1
        kinds >>= 1
    }
}

/// Any number of containers, for values that are only looked through to find their end.
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
