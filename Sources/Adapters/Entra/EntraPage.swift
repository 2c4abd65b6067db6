/// A page of a list of Microsoft Graph's, and where the next one is.
struct EntraPage<Item: Decodable>: Decodable {
    let value: [Item]
    let nextLink: String?

    private enum CodingKeys: String, CodingKey {
        case value
        case nextLink = "@odata.nextLink"
    }
}
