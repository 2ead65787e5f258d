/// The methods of a router, found by the bytes of their paths.
///
/// Open addressing with linear probing, at most half full. A look-up copies nothing, makes no string and takes `.`
/// for `/`. Which names are in the table is our choice, so colliding names sent by others cost no more than others.
struct MethodTable {
    private(set) var methods: [RegisteredMethod] = []
    /// Index in `methods`, or -1.
    private var slots: [Int32] = Array(repeating: -1, count: 16)

    /// Finds the method with this path.
    func find(_ path: Span<UInt8>) -> RegisteredMethod? {
        guard path.count <= MethodPath.maximumBytes else { return nil }
        let hash = Self.hash(path)
        var slot = hash & (slots.count - 1)
        while slots[slot] >= 0 {
            let method = methods[Int(slots[slot])]
            if method.pathHash == hash, Self.isSamePath(method.pathBytes, path) { return method }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ method: RegisteredMethod) {
        methods.append(method)
        if methods.count * 2 > slots.count { rebuild(slotCount: slots.count * 2) } else { place(methods.count - 1) }
    }

    /// Takes the methods out for which `isRemoved` holds.
    mutating func removeAll(where isRemoved: (RegisteredMethod) -> Bool) -> Int {
        let before = methods.count
        methods.removeAll(where: isRemoved)
        rebuild(slotCount: slots.count)
        return before - methods.count
    }

    private mutating func rebuild(slotCount: Int) {
        slots = Array(repeating: -1, count: slotCount)
        for index in methods.indices { place(index) }
    }

    private mutating func place(_ index: Int) {
        var slot = methods[index].pathHash & (slots.count - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(truncatingIfNeeded: index)
    }

    /// The hash of a path, the same with `.` and with `/`.
    static func hash(_ path: Span<UInt8>) -> Int {
        var hash = UInt(bitPattern: path.count)
        for index in path.indices { hash = (hash &* 31) &+ UInt(normal(path[index])) }
        return Int(bitPattern: hash ^ (hash >> 15)) & Int.max
    }

    /// The bytes of a registered path hold no `.`.
    private static func isSamePath(_ registered: [UInt8], _ path: Span<UInt8>) -> Bool {
        guard registered.count == path.count else { return false }
        for index in path.indices where registered[index] != normal(path[index]) { return false }
        return true
    }

    @inline(__always)
    private static func normal(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: ".") ? UInt8(ascii: "/") : byte }
}
