import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Properties;

/**
 * Asks Java what a change did to its properties: `java Tests/Services/ReadProperties.java < PAIRS`.
 *
 * A line of the input is the document before, the document after, the property's name and the value
 * that was written, each in Base64, with blanks between. Every difference is a line of the output,
 * and the last line says how many documents were compared.
 */
class ReadProperties {
    public static void main(String[] arguments) throws Exception {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        int compared = 0;
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] parts = line.split(" ");
            for (int i = 0; i < parts.length; i++) {
                byte[] bytes = Base64.getDecoder().decode(parts[i]);
                parts[i] = new String(bytes, StandardCharsets.UTF_8);
            }
            Properties wanted = read(parts[0]);
            wanted.setProperty(parts[2], parts[3]);
            if (!wanted.equals(read(parts[1]))) {
                System.out.println("before " + parts[0] + "\nafter " + parts[1]);
            }
            compared++;
        }
        System.out.println(compared);
    }

    private static Properties read(String text) throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return properties;
    }
}
