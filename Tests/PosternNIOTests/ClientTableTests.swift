import PosternTestSupport
import Postern
@testable import PosternNIO
import Testing

@Suite struct ClientTableTests {
    private var table = ClientTable(maximumClients: 2, maximumUnauthenticated: 2)
    private let peers = (0..<5).map { _ in InProcessTransport.pair().first }

    @Test mutating func theOldestUnauthenticatedConnectionIsClosed() {
        let early = [add(0), add(1)]
        #expect(early == [nil, nil])
        let first = add(2)
        #expect(first == 0)
        _ = remove(0)
        let second = add(3)
        #expect(second == 1)
        #expect(table.clients.isEmpty && table.all.count == 3)
    }

    @Test mutating func unauthenticatedConnectionsAreNotCountedAsClients() {
        _ = [add(0), add(1)]
        #expect(!table.isFull)
        let admitted = [table.admit(peers[0]), table.admit(peers[1])]
        #expect(admitted == [true, true] && table.isFull)
        // The admission has freed places for unauthenticated connections, but there is none for another client.
        let evicted = add(2)
        let isIn = table.admit(peers[2])
        #expect(evicted == nil && !isIn)
        let removals = [remove(2), remove(0), remove(0)]
        #expect(removals == ["unauthenticated", "client", "unknown"])
        #expect(!table.isFull)
    }

    @Test mutating func aRemovedConnectionIsNotAdmitted() {
        _ = add(0)
        _ = remove(0)
        let isIn = table.admit(peers[0])
        #expect(!isIn && table.isEmpty)
    }

    /// Adds an unauthenticated connection; returns the index of the one to close.
    private mutating func add(_ index: Int) -> Int? {
        let evicted = table.add(unauthenticated: peers[index])
        return peers.firstIndex { $0 === evicted }
    }

    private mutating func remove(_ index: Int) -> String {
        switch table.remove(ObjectIdentifier(peers[index])) {
        case .client: "client"
        case .unauthenticated: "unauthenticated"
        case nil: "unknown"
        }
    }
}
