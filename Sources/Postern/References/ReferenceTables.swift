/// The references of one connection in both directions.
struct ReferenceTables: Sendable {
    typealias Exports = ExportTable<ReferenceHandle.Key, ReferenceHandle>

    var exports: Exports
    var imports: ImportTable<RemoteReference>
    var isReleaseScheduled = false
    private(set) var isClosed = false
    private var badUses = 0
    private let mostBadUses = 100

    init(limit: Int, largestNumber: UInt64) {
        exports = Exports(limit: limit, largestNumber: largestNumber)
        imports = ImportTable(limit: limit)
    }

    /// Notes that the other side named a reference that it does not hold; true when that happens too often.
    mutating func noteBadUse() -> Bool {
        badUses += 1
        return badUses > mostBadUses
    }

    /// Whether somebody has to be asked to send what is to be given back; at most once until it is taken.
    mutating func takeReleaseRequest() -> Bool {
        guard !imports.due.isEmpty, !isReleaseScheduled, !isClosed else { return false }
        isReleaseScheduled = true
        return true
    }

    /// Takes what is told before a message: holds what is lent, and finds what comes home.
    mutating func receive(
        _ numbers: ReferenceNumbers
    ) -> (held: [UInt64], returned: [UInt64: ReferenceHandle], reason: DisconnectReason?) {
        guard !isClosed else { return ([], [:], nil) }
        var held: [UInt64] = []
        for number in numbers.lent {
            guard imports.receive(number) else {
                return (held, [:], .protocolViolation("more references were lent than are held"))
            }
            held.append(number)
        }
        var returned: [UInt64: ReferenceHandle] = [:]
        for number in numbers.returned {
            if let target = exports.target(of: number) {
                returned[number] = target
            } else if noteBadUse() {
                return (held, returned, .protocolViolation("too many references were returned that are not held"))
            }
        }
        return (held, returned, nil)
    }

    /// Ends everything.
    ///
    /// - Returns: What the other side held.
    mutating func close() -> [Exports.Entry] {
        isClosed = true
        imports.removeAll()
        return exports.removeAll()
    }
}
