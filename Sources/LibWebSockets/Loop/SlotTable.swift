/// The identifier of an entry in a ``SlotTable``, which is never reused for another entry.
///
/// A value of zero bytes, as in memory that C has cleared, identifies no entry.
struct SlotID: Hashable {
    var index: UInt32 = 0
    var generation: UInt32 = 0
}

/// A table of entries with small integer identifiers.
///
/// C code can store an identifier instead of a pointer: one that is out of date finds no entry. A look-up needs no
/// hashing.
struct SlotTable<Element> {
    /// The generation of a slot counts the entries that it has had, from 1.
    private var slots: [(generation: UInt32, element: Element?)] = []
    private var free: [UInt32] = []
    /// The number of slots that are not reused.
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
        // With a generation that has wrapped around, identifiers would repeat.
        if slots[Int(id.index)].generation != 0 { free.append(id.index) } else { retired += 1 }
    }

    var elements: [Element] { slots.compactMap(\.element) }
    var count: Int { slots.count - free.count - retired }
}
