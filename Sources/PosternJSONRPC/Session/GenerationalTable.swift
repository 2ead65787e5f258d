/// Values in numbered slots; a slot is used again, but never under the same number of generation.
struct GenerationalTable<Value> {
    private struct Slot {
        var generation: UInt64
        var value: Value?
    }

    private var values: [Slot] = []
    private var freeSlots: [Int] = []
    private var lastGeneration: UInt64 = 0

    /// How many values there are.
    var count: Int { values.count - freeSlots.count }

    var isEmpty: Bool { count == 0 }

    /// How many slots there are, taken or free.
    var slotCount: Int { values.count }

    /// An empty table keeps this many slots, not to ask for memory with every value.
    private static var keptSlots: Int { 16 }

    mutating func insert(_ value: Value) -> (slot: Int, generation: UInt64) {
        lastGeneration &+= 1
        if let slot = freeSlots.popLast() {
            values[slot] = Slot(generation: lastGeneration, value: value)
            return (slot, lastGeneration)
        }
        values.append(Slot(generation: lastGeneration, value: value))
        return (values.count - 1, lastGeneration)
    }

    /// Takes a value out; `nil` when it is gone already.
    mutating func remove(_ slot: Int, _ generation: UInt64) -> Value? {
        guard values.indices.contains(slot), values[slot].generation == generation else { return nil }
        guard let value = values[slot].value.take() else { return nil }
        freeSlots.append(slot)
        if values.count > Self.keptSlots, isEmpty { removeAll() }
        return value
    }

    mutating func removeAll() {
        values = []
        freeSlots = []
    }

    /// Changes the value in a slot without copying it; `nil` when it is gone.
    mutating func update<Result>(_ slot: Int, _ generation: UInt64, _ body: (inout Value) -> Result) -> Result? {
        guard var value = lift(slot, generation) else { return nil }
        defer { values[slot].value = value }
        return body(&value)
    }

    /// Takes a value out for a while; its slot stays taken until it is put back or removed.
    mutating func lift(_ slot: Int, _ generation: UInt64) -> Value? {
        guard values.indices.contains(slot), values[slot].generation == generation else { return nil }
        return values[slot].value.take()
    }

    /// The slots and generations of all values.
    var keys: [(slot: Int, generation: UInt64)] {
        values.enumerated().compactMap { $1.value == nil ? nil : ($0, $1.generation) }
    }

    /// The value in a slot; `nil` when it is gone.
    ///
    /// Writing to one that is gone does nothing.
    subscript(slot: Int, generation: UInt64) -> Value? {
        get { values.indices.contains(slot) && values[slot].generation == generation ? values[slot].value : nil }
        set {
            guard values.indices.contains(slot), values[slot].generation == generation else { return }
            values[slot].value = newValue
        }
    }

    /// The generation of the value in a slot.
    func generation(of slot: Int) -> UInt64? {
        values.indices.contains(slot) && values[slot].value != nil ? values[slot].generation : nil
    }

    /// The first value for which a condition holds, with its slot and generation.
    func first(where matches: (Value) -> Bool) -> (slot: Int, generation: UInt64, value: Value)? {
        for (slot, entry) in values.enumerated() {
            if let value = entry.value, matches(value) { return (slot, entry.generation, value) }
        }
        return nil
    }

    /// Calls `body` with every value.
    func forEach(_ body: (_ slot: Int, _ generation: UInt64, Value) -> Void) {
        for (slot, entry) in values.enumerated() {
            if let value = entry.value { body(slot, entry.generation, value) }
        }
    }
}
