/// A hash table of the methods of a router by the bytes of their paths.
///
/// Open addressing with linear probing, at most half full. A look-up allocates nothing and treats `.` as `/`. The hash
/// has no random seed: only the program inserts names, so colliding names from callers cannot lengthen the probing.
struct MethodTable {
    private(set) var methods: [RegisteredMethod] = []
    /// The indices in `methods`, or -1 for an empty slot; the count is a power of two.
    private var slots: [Int32] = Array(repeating: -1, count: 16)

    /// Returns the method with a path.
    func find(_ path: Span<UInt8>) -> RegisteredMethod? {
        // Limits the time to hash a path from outside.
        guard path.count <= MethodPath.maximumBytes else { return nil }
        let hash = Self.hash(path)
        var slot = hash & (slots.count - 1)
        // Ends at an empty slot: at least half of them are.
        while slots[slot] >= 0 {
            let method = methods[Int(slots[slot])]
            // The full hash first: it almost always decides without a comparison of bytes.
            if method.pathHash == hash, Self.isSamePath(method.pathBytes, path) { return method }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds a method, whose path must not be in the table.
    mutating func insert(_ method: RegisteredMethod) {
        methods.append(method)
        if methods.count * 2 > slots.count { rebuild(slotCount: slots.count * 2) } else { place(methods.count - 1) }
    }

    /// Removes the methods for which a closure returns `true`, and returns their number.
    mutating func removeAll(where isRemoved: (RegisteredMethod) -> Bool) -> Int {
        let before = methods.count
        methods.removeAll(where: isRemoved)
        // Emptying single slots would break the probing of other methods.
        rebuild(slotCount: slots.count)
        return before - methods.count
    }

    private mutating func rebuild(slotCount: Int) {
        slots = Array(repeating: -1, count: slotCount)
        for index in methods.indices { place(index) }
    }

    /// Stores the index of a method in the first free slot from its hash on.
    private mutating func place(_ index: Int) {
        var slot = methods[index].pathHash & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(truncatingIfNeeded: index)
    }

    /// Returns the hash of a path, which is the same with `.` and with `/`.
    static func hash(_ path: Span<UInt8>) -> Int {
        var hash = UInt(bitPattern: path.count)
        for index in path.indices { hash = (hash &* 31) &+ UInt(normal(path[index])) }
        // Mixes the high bits into the low ones, which select the slot.
        return Int(bitPattern: hash ^ (hash >> 15)) & Int.max
    }

    /// Returns whether a path is that of a method; a registered path never contains `.`.
    private static func isSamePath(_ registered: [UInt8], _ path: Span<UInt8>) -> Bool {
        guard registered.count == path.count else { return false }
        for index in path.indices where registered[index] != normal(path[index]) { return false }
        return true
    }

    /// Returns `/` for `.`, and any other byte unchanged.
    @inline(__always)
    private static func normal(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: ".") ? UInt8(ascii: "/") : byte }
}
