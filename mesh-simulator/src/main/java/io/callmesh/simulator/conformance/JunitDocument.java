package io.callmesh.simulator.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A report in the XML that Surefire writes and CI servers read. What is not applicable counts as
 * skipped; a failure's type is its severity.
 */
final class JunitDocument {
  private static final String SUITE = "callmesh.conformance";

  private final ConformanceReport report;

  JunitDocument(ConformanceReport report) {
    this.report = report;
  }

  void writeTo(OutputStream out) throws IOException {
    try {
      XMLStreamWriter xml =
          XMLOutputFactory.newDefaultFactory()
              .createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
      xml.writeStartDocument(StandardCharsets.UTF_8.name(), "1.0");
      suite(xml);
      xml.writeEndDocument();
      xml.flush();
    } catch (XMLStreamException e) {
      throw new IOException("the JUnit report cannot be written: " + e.getMessage(), e);
    }
  }

  private void suite(XMLStreamWriter xml) throws XMLStreamException {
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", SUITE);
    xml.writeAttribute("time", seconds(report.millis()));
    xml.writeAttribute("tests", String.valueOf(report.results().size()));
    xml.writeAttribute("errors", "0");
    xml.writeAttribute("skipped", String.valueOf(count(Outcome.SKIPPED, Outcome.NOT_APPLICABLE)));
    xml.writeAttribute("failures", String.valueOf(count(Outcome.FAILED)));
    for (CheckResult result : report.results()) {
      testCase(xml, result);
    }
    xml.writeEndElement();
  }

  private long count(Outcome... outcomes) {
    long count = 0;
    for (Outcome outcome : outcomes) {
      count += report.counts().getOrDefault(outcome, 0L);
    }
    return count;
  }

  private static void testCase(XMLStreamWriter xml, CheckResult result) throws XMLStreamException {
    CheckInfo check = result.check();
    xml.writeStartElement("testcase");
    xml.writeAttribute("name", check.id() + ": " + check.title());
    xml.writeAttribute("classname", SUITE + "." + check.section().name().toLowerCase(Locale.ROOT));
    xml.writeAttribute("time", seconds(result.millis()));
    switch (result.outcome()) {
      case FAILED -> {
        xml.writeStartElement("failure");
        xml.writeAttribute("message", result.sentence());
        xml.writeAttribute("type", check.severity().toString());
        xml.writeEndElement();
      }
      case SKIPPED -> skipped(xml, result.sentence());
      case NOT_APPLICABLE -> skipped(xml, "not applicable: " + result.sentence());
      case PASSED -> {}
    }
    xml.writeEndElement();
  }

  private static void skipped(XMLStreamWriter xml, String why) throws XMLStreamException {
    xml.writeEmptyElement("skipped");
    xml.writeAttribute("message", why);
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.3f", millis / 1_000.0);
  }
}
