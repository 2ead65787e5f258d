/// The readers of a feed with a value for each, in the order in which they were added.
///
/// Adding and removing a reader take constant time, on average: a client that disconnects may leave hundreds of readers
/// among thousands of others.
struct ReaderTable<Value> {
    /// A reader and its value.
    struct Entry {
        let reader: any TopicReader
        var value: Value
    }

    /// The entries, with `nil` in place of those that were removed.
    private(set) var entries: [Entry?] = []
    private var places: [ObjectIdentifier: Int] = [:]

    /// Whether there are no readers.
    var isEmpty: Bool { places.isEmpty }

    /// Adds a reader, which must not be in the table.
    mutating func append(_ reader: any TopicReader, _ value: Value) {
        places[ObjectIdentifier(reader)] = entries.count
        entries.append(Entry(reader: reader, value: value))
    }

    /// Removes a reader.
    ///
    /// - Returns: Its value; `nil` if it is not in the table.
    @discardableResult
    mutating func remove(_ reader: any TopicReader) -> Value? {
        guard let place = places.removeValue(forKey: ObjectIdentifier(reader)) else { return nil }
        defer { compact() }
        return entries[place].take()?.value
    }

    /// Returns the value of a reader; `nil` if it is not in the table.
    subscript(reader: any TopicReader) -> Value? {
        places[ObjectIdentifier(reader)].flatMap { entries[$0]?.value }
    }

    /// Sets the values of all readers.
    mutating func setAll(to value: Value) {
        for index in entries.indices { entries[index]?.value = value }
    }

    /// Removes the places of removed entries once they are more than half of all.
    private mutating func compact() {
        guard entries.count > 2 * places.count + 16 else { return }
        let rest = entries.compactMap { $0 }
        for (index, entry) in rest.enumerated() { places[ObjectIdentifier(entry.reader)] = index }
        entries = rest
    }
}
