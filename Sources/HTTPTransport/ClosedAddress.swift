import Glibc

/// Addresses to which no request goes, whatever a plan or a name server says.
///
/// Link-local ones (RFC 3927, RFC 4291 §2.5.6), where clouds keep the metadata services that hand
/// out the machine's own credentials, and the two services that live elsewhere. No authorization
/// server and no store is there, so no plan can allow one; one request of this module's own making
/// may go to one of them (``HTTPRequest/googleMetadataToken(at:)``).
enum ClosedAddress {
    /// Why a request was refused.
    static let words = "is a link-local address or a cloud's metadata service"

    /// Whether `text`, an address in digits with or without brackets, is one; names never are.
    static func contains(_ text: String) -> Bool {
        let bare = text.hasPrefix("[") ? text.dropFirst().prefix { $0 != "]" } : text[...]
        // Behind a percent sign stands the interface.
        let address = String(bare.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return isClosed(four.s_addr.bigEndian) }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return false }
        return isClosed(withUnsafeBytes(of: six) { Array($0) })
    }

    private static func isClosed(_ address: UInt32) -> Bool {
        // 169.254.0.0/16, and Alibaba's 100.100.100.200.
        address >> 16 == 0xA9FE || address == 0x6464_64C8
    }

    private static func isClosed(_ address: [UInt8]) -> Bool {
        if address[0] == 0xFE, address[1] & 0xC0 == 0x80 { return true }
        // fd00:ec2::254, Amazon's.
        if address == [0xFD, 0, 0x0E, 0xC2] + [UInt8](repeating: 0, count: 10) + [0x02, 0x54] {
            return true
        }
        // The same four bytes behind ::, ::ffff: and NAT64's 64:ff9b::.
        let heads: [[UInt8]] = [
            [UInt8](repeating: 0, count: 12), [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF],
            [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8),
        ]
        guard heads.contains(where: { address.starts(with: $0) }) else { return false }
        return isClosed(address[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
}
