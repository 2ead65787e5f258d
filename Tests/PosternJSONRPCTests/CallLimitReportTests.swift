import Postern
import PosternJSONRPC
import PosternTestSupport
import Testing

/// The reports of refusals because of limits, which `rpc.status` counts.
@Suite struct CallLimitReportTests {
    private let reports = IncidentRecorder()
    private var refused: [String] { reports.all.filter { $0.kind == .callRefused }.map(\.cause) }

    private func client(_ change: (inout JSONRPCLimits) -> Void) -> TestClient {
        var limits = JSONRPCLimits()
        change(&limits)
        return TestClient(limits: limits, observer: reports)
    }

    private func slow(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"slow"}"# }
    private func subscribe(_ id: Int) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"rpc.subscribe","params":["news"]}"#
    }

    @Test func callsAndSubscriptionsAboveTheLimitOfCallsAreReported() {
        let client = client { $0.callsInFlight = 1 }
        #expect(client.send(slow(1)) == "")
        #expect(client.send(slow(2)).errorCode == -32009)
        #expect(client.send(subscribe(3)).errorCode == -32009)
        #expect(refused == ["calls in flight", "calls in flight"])
    }

    @Test func aDroppedNotificationIsReportedOnlyAsSuch() {
        let client = client { $0.callsInFlight = 1 }
        #expect(client.send(slow(1)) == "")
        #expect(client.send(#"{"jsonrpc":"2.0","method":"slow"}"#) == "")
        #expect(reports.all.map(\.kind) == [.notificationDropped])
    }

    @Test func subscriptionsAboveTheLimitAreReported() {
        let client = client { $0.subscriptions = 1 }
        client.send(subscribe(1))
        #expect(client.send(subscribe(2)).errorCode == -32006)
        #expect(refused == ["subscriptions"])
    }

    @Test func refusedBatchesAreReportedOnce() {
        let client = client {
            $0.batchEntries = 3
            $0.openBatches = 1
        }
        #expect(client.send("[\(slow(1)),\(slow(2)),\(slow(3)),\(slow(4))]").errorCode == -32010)
        #expect(client.send("[\(slow(1)),\(slow(2))]") == "")
        #expect(client.send("[\(slow(3)),\(slow(4))]").errorCode == -32009)
        #expect(refused == ["entries of a batch", "open batches"])
    }

    @Test func aBatchWithTooLargeResponsesIsReportedOnce() {
        let client = client { $0.batchResponseBytes = 100 }
        let entries = (1...9).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"add","params":[\#($0),1]}"# }
        #expect(client.send("[" + entries.joined(separator: ",") + "]").contains("-32011"))
        #expect(refused == ["responses of a batch"])
    }
}
