@testable import Postern

/// What the frames tell of one number that was lent.
struct SimulatedBook {
    /// Messages with it that were written, less what came back.
    var lent: UInt64 = 0
    /// Messages with it on the wire.
    var underWay: UInt64 = 0
    /// What was given back and is on the wire.
    var comingBack: UInt64 = 0
}

/// The references of a connection as its frames tell it, against what the tables of both sides say.
extension SimulatedWorld {
    /// Enters a frame that was written.
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

    /// Enters a frame that arrived.
    mutating func enterDelivered(_ frame: Frame, at side: Int) {
        switch frame {
        case .references(let numbers):
            for number in numbers.lent { sides[side ^ 1].books[number]?.underWay -= 1 }
        case .release(let number, let count):
            guard let book = sides[side].books[number], book.lent >= count, book.comingBack >= count else {
                return note("more was given back than was lent")
            }
            sides[side].books[number]?.comingBack -= count
            sides[side].books[number]?.lent -= count
        default: break
        }
    }

    /// What one side counts as lent is what the other holds, plus what is under way in either direction.
    mutating func checkBooks() {
        // What is written before the handshake is done has left for the tables, and is not on the wire.
        for side in sides.indices where !sides[side].isCut && sides[side].state.phase == .open {
            for (number, book) in sides[side].books { check(number, book, lentBy: side) }
            for (number, entry) in sides[side].references.exports.entries where entry.count > 0 {
                if sides[side].books[number] == nil { note("what nobody has is counted as lent") }
            }
        }
    }

    private mutating func check(_ number: UInt64, _ book: SimulatedBook, lentBy side: Int) {
        let counted = UInt64(sides[side].references.exports.entries[number]?.count ?? 0)
        let entry = sides[side ^ 1].references.imports.entries[number]
        var held = entry?.count ?? 0
        for release in sides[side ^ 1].references.imports.due where release.number == number { held += release.count }
        if counted != book.lent { note("a side counts \(counted) as lent where \(book.lent) are") }
        if counted != book.underWay + held + book.comingBack { note("a reference is lost between the sides") }
        if entry == nil, bin.isAlive(side ^ 1, number) { note("an object is not held") }
        if book.lent == 0, book.comingBack == 0 { sides[side].books[number] = nil }
    }
}
