/// A table of values in numbered slots that are reused, each time with a new generation number.
///
/// A slot and a generation identify a value for good: once the value is removed, the pair never finds another one.
struct GenerationalTable<Value> {
    private struct Slot {
        var generation: UInt64
        var value: Value?
    }

    private var values: [Slot] = []
    private var freeSlots: [Int] = []
    private var lastGeneration: UInt64 = 0

    /// The number of values.
    var count: Int { values.count - freeSlots.count }

    var isEmpty: Bool { count == 0 }

    /// The number of slots, in use or free.
    var slotCount: Int { values.count }

    /// The number of slots that an empty table keeps, so that a session with few calls does not allocate for each.
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

    /// Removes a value and returns it, or `nil` if it was removed before.
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

    /// Calls `body` with the value in a slot, in place.
    ///
    /// - Returns: The result of `body`, or `nil` if the value was removed.
    mutating func update<Result>(_ slot: Int, _ generation: UInt64, _ body: (inout Value) -> Result) -> Result? {
        // Moved out and back, so that the table holds no second reference and arrays in the value are not copied.
        guard var value = lift(slot, generation) else { return nil }
        defer { values[slot].value = value }
        return body(&value)
    }

    /// Moves a value out of its slot, which stays reserved until a value is assigned to it through the subscript.
    ///
    /// - Returns: The value, or `nil` if it was removed or is lifted already.
    mutating func lift(_ slot: Int, _ generation: UInt64) -> Value? {
        guard values.indices.contains(slot), values[slot].generation == generation else { return nil }
        return values[slot].value.take()
    }

    /// The slots and generations of all values.
    var keys: [(slot: Int, generation: UInt64)] {
        values.enumerated().compactMap { $1.value == nil ? nil : ($0, $1.generation) }
    }

    /// The value in a slot, or `nil` if it was removed; setting a removed value does nothing.
    subscript(slot: Int, generation: UInt64) -> Value? {
        get { values.indices.contains(slot) && values[slot].generation == generation ? values[slot].value : nil }
        set {
            guard values.indices.contains(slot), values[slot].generation == generation else { return }
            values[slot].value = newValue
        }
    }

    /// Returns the generation of the value in a slot, or `nil` if the slot is free.
    func generation(of slot: Int) -> UInt64? {
        values.indices.contains(slot) && values[slot].value != nil ? values[slot].generation : nil
    }

    /// Calls `body` with every value, in the order of the slots.
    func forEach(_ body: (_ slot: Int, _ generation: UInt64, Value) -> Void) {
        for (slot, entry) in values.enumerated() {
            if let value = entry.value { body(slot, entry.generation, value) }
        }
    }
}
