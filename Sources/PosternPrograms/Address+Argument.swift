public import ArgumentParser
public import PosternNIO

extension Address: @retroactive LosslessStringConvertible, @retroactive ExpressibleByArgument {
    /// Reads the address.
    public init?(argument: String) { self.init(argument) }
}
