package io.callmesh.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of the house: services to mesh-runtime to mesh-contracts, and never each other. */
class ArchitectureTest {
  private static final String[] SERVICES = {
    "io.callmesh.ingress..",
    "io.callmesh.worker..",
    "io.callmesh.routing..",
    "io.callmesh.handoff.."
  };

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.callmesh");
  }

  @Test
  void noServiceKnowsAnother() {
    for (String service : SERVICES) {
      String[] everythingElse =
          java.util.stream.Stream.concat(
                  java.util.Arrays.stream(SERVICES).filter(other -> !other.equals(service)),
                  java.util.stream.Stream.of(
                      "io.callmesh.simulator..",
                      "io.callmesh.standalone..",
                      "io.callmesh.broker.."))
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(service)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(everythingElse)
          .check(house);
    }
  }

  @Test
  void theRuntimeKnowsTheContractsAlone() {
    noClasses()
        .that()
        .resideInAPackage("io.callmesh.runtime..")
        .should()
        .dependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are callmesh's, but neither runtime's nor contracts'",
                type ->
                    type.getPackageName().startsWith("io.callmesh.")
                        && !type.getPackageName().startsWith("io.callmesh.runtime")
                        && !type.getPackageName().startsWith("io.callmesh.contracts")))
        .check(house);
  }

  @Test
  void theContractsArePure() {
    noClasses()
        .that()
        .resideInAPackage("io.callmesh.contracts..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "io.vertx.ext.web..",
            "io.vertx.core.http..",
            "io.vertx.core.net..",
            "io.callmesh.runtime..",
            "java.net.http..",
            "java.nio.file..",
            "java.sql..")
        .check(house);
  }

  @Test
  void theSimulatorKnowsNoInsides() {
    noClasses()
        .that()
        .resideInAPackage("io.callmesh.simulator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.callmesh.runtime..", "io.callmesh.broker..", "io.callmesh.standalone..")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(SERVICES)
        .check(house);
  }

  @Test
  void packagesDoNotTurnInCircles() {
    slices().matching("io.callmesh.(*)..").should().beFreeOfCycles().check(house);
  }

  @Test
  void onlyMainsEndTheProcess() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Main")
        .and()
        .doNotHaveSimpleName("Callmesh")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(house);
  }

  @Test
  void verticlesAreNamedSo() {
    classes()
        .that()
        .areAssignableTo(io.vertx.core.VerticleBase.class)
        .should()
        .haveSimpleNameEndingWith("Verticle")
        .check(house);
  }
}
