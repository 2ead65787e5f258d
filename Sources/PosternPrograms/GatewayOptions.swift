public import ArgumentParser
import LibWebSockets
public import PosternGateway

/// The options of every program that opens the JSON doors.
public struct GatewayOptions: ParsableArguments {
    /// The address to listen on.
    @Option(help: "The address to listen on; 0.0.0.0 for all.")
    public var host = Setting.value("host", default: "127.0.0.1")

    /// The port to listen on.
    @Option(help: "The port to listen on; 0 lets the system choose.")
    public var port = Setting.value("port", default: 8080)

    /// How many event loops.
    @Option(help: "Event loops, each on a thread of its own.")
    public var loops = Setting.value("loops", default: 1)

    /// The folder of the static files.
    @Option(name: .customLong("public"), help: "The folder whose files are served, read once at the start.")
    public var publicFolder: String?

    /// Origins besides those that always pass.
    @Option(
        help: "Lets pages of this origin in: https://app.example, https://*.app.example, or * for all. May be repeated."
    )
    public var allowOrigin = Setting.list("allow-origin")

    /// Host names besides those that always pass.
    @Option(help: "Answers under this host too: api.example, api.example:8080 or *.app.example. May be repeated.")
    public var allowHost = Setting.list("allow-host")

    /// Whether pages of listed origins may send cookies.
    @Flag(
        inversion: .prefixedNo,
        help: "Lets pages of origins that are allowed by name send cookies, and read the answers."
    )
    public var allowCredentials = Setting.flag("allow-credentials")

    /// What browsers may load for the pages that are served.
    @Option(help: "The Content-Security-Policy of the files, for pages of your own; '' for none.")
    public var contentSecurityPolicy = Setting.value(
        "content-security-policy",
        default: StaticFiles.strictContentSecurityPolicy
    )

    /// The limits and times of connections.
    @OptionGroup(title: "Limits") public var limits: LimitOptions

    /// How long a stop is announced before it begins.
    @Option(help: "Seconds that connections are still accepted after /readyz has begun to fail, when told to stop.")
    public var drainLead = Setting.value("drain-lead", default: 0)

    /// How long calls may take to end in a stop.
    @Option(help: "Seconds that calls in flight may still take during a stop; then they are answered -32053.")
    public var drainGrace = Setting.value("drain-grace", default: 7)

    /// How long closing connections takes in a stop.
    @Option(help: "Seconds over which WebSockets are closed at the end of a stop.")
    public var drainSpread = Setting.value("drain-spread", default: 2)

    /// Whether errors tell what happened.
    @Flag(
        inversion: .prefixedNo,
        help: "Sends callers the trace of an error, its type and description; not for public servers."
    )
    public var sendTraces = Setting.flag("send-traces")

    /// Whether there is a plain echo for conformance suites.
    @Flag(
        inversion: .prefixedNo,
        help: "Serves a WebSocket at /echo that sends back what it gets, for conformance suites."
    )
    public var rawEcho = Setting.flag("raw-echo")

    /// The defaults.
    public init() {}

    /// Checks the numbers.
    public func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port \(port) is not within 0 to 65535") }
        guard (1...64).contains(loops) else { throw ValidationError("--loops \(loops) is not within 1 to 64") }
        for (name, seconds) in [("lead", drainLead), ("grace", drainGrace), ("spread", drainSpread)] {
            guard (0...3_600).contains(seconds) else {
                throw ValidationError("--drain-\(name) \(seconds) is not within 0 to 3600")
            }
        }
        guard contentSecurityPolicy.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw ValidationError("--content-security-policy must be one line of ASCII text")
        }
        _ = try originPolicy()
    }

    /// The gateway that the options describe.
    ///
    /// - Parameter defaultFolder: The folder of the static files when the options name none.
    /// - Returns: The configuration, with the files read.
    /// - Throws: When the folder cannot be read.
    public func configuration(defaultFolder: String? = nil) throws -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.server.host = host
        configuration.server.port = port
        configuration.server.loops = loops
        limits.apply(to: &configuration)
        configuration.origins = try originPolicy()
        configuration.drain.lead = .seconds(drainLead)
        configuration.drain.grace = .seconds(drainGrace)
        configuration.drain.spread = .seconds(drainSpread)
        configuration.sendsTraces = sendTraces
        configuration.offersEcho = rawEcho
        if let folder = publicFolder ?? Setting.optional("public") ?? defaultFolder {
            configuration.files = try StaticFiles(folder: folder, contentSecurityPolicy: contentSecurityPolicy)
        }
        return configuration
    }

    private func originPolicy() throws -> OriginPolicy {
        let origins = try allowOrigin.map { text in
            do { return try OriginPattern(text) } catch { throw ValidationError("--allow-origin \(error)") }
        }
        let hosts = try allowHost.map { text in
            do { return try HostPattern(text) } catch { throw ValidationError("--allow-host \(error)") }
        }
        if allowCredentials, !origins.contains(where: { $0 != .any }) {
            throw ValidationError("--allow-credentials needs an origin that is allowed by name, which * is not")
        }
        return OriginPolicy(origins: origins, hosts: hosts, allowsCredentials: allowCredentials)
    }

    /// Where the gateway is found once it listens on a port.
    public func url(port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/" }
}
