/// The name of an entry in a ``SlotTable``; it is never used again for another entry.
///
/// Memory that is all zero, as C gives it, names no entry.
struct SlotID: Hashable {
    var index: UInt32 = 0
    var generation: UInt32 = 0
}

/// A table whose entries are found by a small number: no hashing, and no pointer given to C.
struct SlotTable<Element> {
    private var slots: [(generation: UInt32, element: Element?)] = []
    private var free: [UInt32] = []
    private var retired = 0

    mutating func insert(_ element: Element) -> SlotID {
        if let index = free.popLast() {
            slots[Int(index)].element = element
            return SlotID(index: index, generation: slots[Int(index)].generation)
        }
        slots.append((1, element))
        return SlotID(index: UInt32(slots.count - 1), generation: 1)
    }

    subscript(id: SlotID) -> Element? {
        guard Int(id.index) < slots.count, slots[Int(id.index)].generation == id.generation else { return nil }
        return slots[Int(id.index)].element
    }

    mutating func remove(_ id: SlotID) {
        guard self[id] != nil else { return }
        slots[Int(id.index)].element = nil
        slots[Int(id.index)].generation &+= 1
        // A slot whose generations are used up is not used again.
        if slots[Int(id.index)].generation != 0 { free.append(id.index) } else { retired += 1 }
    }

    var elements: [Element] { slots.compactMap(\.element) }
    var count: Int { slots.count - free.count - retired }
}
