public import ArgumentParser
public import PosternAdmission

/// The options for the share of one address in the connections, and for the proxies in front.
package struct AddressOptions: ParsableArguments {
    /// The most connections of one address; 0 for half of all.
    @Option(help: "Connections of one address, or of one /64 of IPv6; 0 for half of all, which is the most.")
    package var maxConnectionsPerAddress = Setting.value("max-connections-per-address", default: 0)

    /// Whether addresses of the loopback interface are limited.
    @Flag(inversion: .prefixedNo, help: "Limits connections over the loopback interface by address too.")
    package var limitLoopback = Setting.flag("limit-loopback")

    /// The proxies in front.
    @Option(
        help: """
            A proxy whose connections are not limited, and which names the clients: 10.0.0.5, 10.1.0.0/16 or unix. \
            May be repeated.
            """
    )
    package var trustedProxy = Setting.list("trusted-proxy", as: TrustedProxy.self)

    /// The header field in which the proxies name the client.
    @Option(help: "The field in which trusted proxies name the client: x-forwarded-for or forwarded.")
    package var forwardedField = Setting.value("forwarded-field", default: AddressLimits.ForwardedField.xForwardedFor)

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` for a number that is out of range.
    package func validate() throws {
        guard (0...1 << 20).contains(maxConnectionsPerAddress) else {
            let named = Setting.named("max-connections-per-address", maxConnectionsPerAddress)
            throw ValidationError("\(named) is not within 0 to \(1 << 20)")
        }
    }

    /// The limits of a server.
    package var limits: AddressLimits {
        var limits = AddressLimits()
        limits.connectionsPerAddress = maxConnectionsPerAddress == 0 ? nil : maxConnectionsPerAddress
        limits.limitsLoopback = limitLoopback
        limits.trustedProxies = trustedProxy
        limits.forwardedField = forwardedField
        return limits
    }
}

extension TrustedProxy: ExpressibleByArgument {}

extension AddressLimits.ForwardedField: ExpressibleByArgument {}
