import LibWebSockets
import Postern

/// Applies the policy of origins to the requests of one loop: the one place where a host or a page is refused.
///
/// All members belong to the loop's thread. What was decided last is kept, as most requests are like the one before.
final class OriginGuard {
    private let context: LoopContext
    private let policy: OriginPolicy
    /// What every answer has while origins are listed: a cache in between must not mix up what they get.
    private let plainFields: PreparedFields
    /// The host of the last request that passed without an origin.
    private var knownHost: [UInt8]?
    private var last: Decision?

    /// What was decided about one combination of header fields.
    private struct Decision {
        let host: [UInt8]
        let origin: [UInt8]?
        let site: [UInt8]?
        let isCall: Bool
        let verdict: OriginPolicy.Verdict
        let fields: PreparedFields

        func matches(_ request: HTTPRequestHead, isCall: Bool) -> Bool {
            func equal(_ known: [UInt8]?, _ range: Range<Int>?) -> Bool {
                guard let known, let range else { return known == nil && range == nil }
                return request.bytes[range].elementsEqual(known)
            }
            return isCall == self.isCall && equal(host, request.authority) && equal(origin, request.origin)
                && equal(site, request.fetchSite)
        }
    }

    init(_ context: LoopContext) {
        self.context = context
        policy = context.configuration.origins
        plainFields = policy.origins.isEmpty ? .none : PreparedFields([CrossOrigin.vary])
    }

    /// What is added to every answer to a request.
    func fields(for request: HTTPRequestHead?) -> PreparedFields {
        guard let request, request.origin != nil else { return plainFields }
        return decision(about: request, isCall: true).fields
    }

    /// The answer to a request from a host or a page that is not let in.
    func refusal(of request: HTTPRequestHead, from address: String, isCall: Bool) -> HTTPResponse? {
        let comesFromPage = request.origin != nil || request.fetchSite != nil
        if !comesFromPage, let knownHost, request.bytes[request.authority].elementsEqual(knownHost) { return nil }
        if request.isHTTP10, request.authority.isEmpty {
            // Balancers ask so, and learn nothing but how the gateway is.
            return !comesFromPage && Readiness.isAsked(by: request) ? nil : HTTPError.missingHost
        }
        let verdict = decision(about: request, isCall: isCall).verdict
        if let text = Self.text(verdict, request) {
            context.report(verdict, of: request, from: address)
            let status: HTTPStatus = verdict == .wrongHost ? .misdirectedRequest : .forbidden
            var response = HTTPError.response(status, .permissionDenied, text)
            response.closesConnection = true
            return response
        }
        if !comesFromPage { knownHost = Array(request.bytes[request.authority]) }
        return nil
    }

    private func decision(about request: HTTPRequestHead, isCall: Bool) -> Decision {
        let isCall = isCall || request.origin != nil
        if let last, last.matches(request, isCall: isCall) { return last }
        let verdict = policy.verdict(
            host: request.text(request.authority),
            origin: request.origin.map(request.text),
            site: request.fetchSite.map(request.text),
            isCall: isCall
        )
        let decision = Decision(
            host: Array(request.bytes[request.authority]),
            origin: request.origin.map { Array(request.bytes[$0]) },
            site: request.fetchSite.map { Array(request.bytes[$0]) },
            isCall: isCall,
            verdict: verdict,
            fields: fields(verdict, origin: request.origin.map(request.text))
        )
        last = decision
        return decision
    }

    private func fields(_ verdict: OriginPolicy.Verdict, origin: String?) -> PreparedFields {
        guard let origin, case .share(let withCredentials) = verdict else { return plainFields }
        return PreparedFields(CrossOrigin.fields(sharingWith: origin, withCredentials: withCredentials))
    }

    /// What is wrong, and where it is mended; `nil` for what passes.
    private static func text(_ verdict: OriginPolicy.Verdict, _ request: HTTPRequestHead) -> String? {
        func short(_ range: Range<Int>?) -> String { range.map { String(request.text($0).prefix(200)) } ?? "" }
        switch verdict {
        case .pass, .share: return nil
        case .wrongHost:
            return "The host '\(short(request.authority))' is not served here; it can be listed (--allow-host)"
        case .wrongOrigin:
            let name = short(request.origin)
            // Sandboxed frames, files and redirected requests: any of them, so there is nothing to list.
            if name == "null" { return "Pages without an origin of their own (null) may not call here" }
            return "Pages of the origin '\(name)' may not call here; it can be listed (--allow-origin)"
        case .crossSite:
            return "A page of another site sent this without Origin (Sec-Fetch-Site: \(short(request.fetchSite)))"
        }
    }
}
