import Postern
@testable import PosternNIO
import Testing

@Suite struct ClientTableTests {
    private var table = ClientTable(maximumClients: 2, maximumStrangers: 2)
    private let peers = (0..<5).map { _ in InProcessTransport.pair().first }

    @Test mutating func theStrangerThatHasWaitedLongestGoesFirst() {
        let early = [enter(0), enter(1)]
        #expect(early == [nil, nil])
        let first = enter(2)
        #expect(first == 0)
        _ = remove(0)
        let second = enter(3)
        #expect(second == 1)
        #expect(table.clients.isEmpty && table.everybody.count == 3)
    }

    @Test mutating func strangersTakeNoPlaceOfAClient() {
        _ = [enter(0), enter(1)]
        #expect(!table.isFull)
        let letIn = [table.letIn(peers[0]), table.letIn(peers[1])]
        #expect(letIn == [true, true] && table.isFull)
        // A place of a stranger is free again, one of a client is not.
        let evicted = enter(2)
        let isIn = table.letIn(peers[2])
        #expect(evicted == nil && !isIn)
        let departures = [remove(2), remove(0), remove(0)]
        #expect(departures == ["stranger", "client", "nobody"])
        #expect(!table.isFull)
    }

    @Test mutating func whoHasLeftIsNotLetIn() {
        _ = enter(0)
        _ = remove(0)
        let isIn = table.letIn(peers[0])
        #expect(!isIn && table.isEmpty)
    }

    /// Enters a stranger; gives which one has to go.
    private mutating func enter(_ index: Int) -> Int? {
        let evicted = table.enter(stranger: peers[index])
        return peers.firstIndex { $0 === evicted }
    }

    private mutating func remove(_ index: Int) -> String {
        switch table.remove(ObjectIdentifier(peers[index])) {
        case .client: "client"
        case .stranger: "stranger"
        case nil: "nobody"
        }
    }
}
