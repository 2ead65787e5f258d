@testable import Postern

/// The count of one exported number according to the frames.
struct SimulatedBook {
    /// The number of messages written with it, less the releases that arrived.
    var lent: UInt64 = 0
    /// The number of messages with it on the wire.
    var underWay: UInt64 = 0
    /// The releases on the wire.
    var comingBack: UInt64 = 0
}

// The references of a connection are counted from its frames and compared with the tables of both sides.
extension SimulatedWorld {
    /// Counts a frame that was written.
    mutating func enterWritten(_ frame: Frame, at side: Int) {
        switch frame {
        case .references(let numbers):
            for number in numbers.lent {
                sides[side].books[number, default: SimulatedBook()].lent += 1
                sides[side].books[number, default: SimulatedBook()].underWay += 1
            }
        case .release(let number, let count): sides[side ^ 1].books[number]?.comingBack += count
        default: break
        }
    }

    /// Counts a frame that arrived.
    mutating func enterDelivered(_ frame: Frame, at side: Int) {
        switch frame {
        case .references(let numbers):
            for number in numbers.lent { sides[side ^ 1].books[number]?.underWay -= 1 }
        case .release(let number, let count):
            guard let book = sides[side].books[number], book.lent >= count, book.comingBack >= count else {
                return note("more references were released than were exported")
            }
            sides[side].books[number]?.comingBack -= count
            sides[side].books[number]?.lent -= count
        default: break
        }
    }

    /// Checks that the count of each exported number equals the count of the peer plus those on the wire in both
    /// directions.
    mutating func checkBooks() {
        // Before the handshake, a written message counts in the tables but is not yet on the wire.
        for side in sides.indices where !sides[side].isCut && sides[side].state.phase == .open {
            for (number, book) in sides[side].books { check(number, book, lentBy: side) }
            for (number, entry) in sides[side].references.exports.entries where entry.count > 0 {
                if sides[side].books[number] == nil { note("a number that no message carries is counted as exported") }
            }
        }
    }

    private mutating func check(_ number: UInt64, _ book: SimulatedBook, lentBy side: Int) {
        let counted = UInt64(sides[side].references.exports.entries[number]?.count ?? 0)
        let entry = sides[side ^ 1].references.imports.entries[number]
        var held = entry?.count ?? 0
        for release in sides[side ^ 1].references.imports.due where release.number == number { held += release.count }
        if counted != book.lent { note("a side counts \(counted) as exported instead of \(book.lent)") }
        if counted != book.underWay + held + book.comingBack { note("a reference was lost between the sides") }
        if entry == nil, bin.isAlive(side ^ 1, number) { note("the table does not contain a living object") }
        if book.lent == 0, book.comingBack == 0 { sides[side].books[number] = nil }
    }
}
