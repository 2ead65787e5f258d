import Testing

@testable import PosternAdmission

@Suite struct ArrivalOrderTests {
    private var order = ArrivalOrder<String>()

    @Test mutating func theOldestIsTheFirstThatHasNotLeft() {
        let tickets = ["a", "b", "c", "d"].map { order.append($0) }
        var oldest = order.findOldest()
        #expect(oldest == "a" && order.count == 4)
        order.remove(tickets[1])
        order.remove(tickets[0])
        oldest = order.findOldest()
        #expect(oldest == "c" && order.count == 2)
        let again = order.remove(tickets[0])
        #expect(again == nil)
        order.remove(tickets[2])
        order.remove(tickets[3])
        oldest = order.findOldest()
        #expect(oldest == nil && order.count == 0)
        _ = order.append("e")
        oldest = order.findOldest()
        #expect(oldest == "e")
    }

    /// Compared with an array, which is slower and obviously right.
    @Test(arguments: [1, 2, 3] as [UInt64]) mutating func itAgreesWithAList(seed: UInt64) {
        var random = SplitMix(state: seed)
        var list: [(ticket: ArrivalOrder<String>.Ticket, value: String)] = []
        for step in 0..<2_000 {
            if list.isEmpty || Bool.random(using: &random) {
                list.append((order.append("\(step)"), "\(step)"))
            } else {
                let index = Int.random(in: 0..<list.count, using: &random)
                let removed = order.remove(list.remove(at: index).ticket)
                #expect(removed != nil)
            }
            let oldest = order.findOldest()
            #expect(oldest == list.first?.value && order.count == list.count, "seed \(seed)")
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }
}
